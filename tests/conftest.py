"""Fixtures shared by all tests: an application, its client, and a watch on leaked contexts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from flaskish import Flask
from flaskish.bridge.client import open_connections
from flaskish.globals import _cv_app, _cv_request
from flaskish.testing import FlaskClient


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
