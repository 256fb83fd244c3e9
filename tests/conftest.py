"""Fixtures shared by all tests: an application, its client, and a watch on what a test leaves."""

from __future__ import annotations

import gc
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from flaskish import Flask
from flaskish.bridge.client import open_connections
from flaskish.globals import _cv_app, _cv_request
from flaskish.testing import FlaskClient


def pytest_collection_finish() -> None:
    _collect_garbage()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> Iterator[None]:
    """Fail a test that leaves something open, rather than the one in which it is collected."""
    yield
    if isinstance(item, pytest.Function):
        # Otherwise pytest keeps what the fixtures returned until later.
        item.funcargs.clear()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        _collect_garbage()
    assert not caught, [str(warning.message) for warning in caught]


def _collect_garbage() -> None:
    """Collect the garbage, and take what remains out of the rounds to come.

    To go through all modules and tests takes as long as a hundred requests. It would be done after
    each test, and in whichever request it falls into while a test measures its time.
    """
    gc.collect()
    gc.freeze()


@pytest.fixture
def app() -> Flask:
    app = Flask("an_app", root_path=str(Path(__file__).parent))
    app.config.update(TESTING=True, SECRET_KEY="test key")
    return app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture(autouse=True)
def _open_connections() -> Iterator[None]:
    """Keep handlers from closing the connections of a test, as Django's test client does."""
    with open_connections():
        yield


@pytest.fixture(autouse=True)
def _no_leaked_context() -> Iterator[None]:
    """Fail a test that leaves a context behind."""
    yield
    leaked = [context for context in (_cv_request.get(), _cv_app.get()) if context is not None]
    _cv_request.set(None)
    _cv_app.set(None)
    assert not leaked
