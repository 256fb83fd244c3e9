"""Fixtures of the tests of safety."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest


@pytest.fixture
def no_logs() -> Iterator[None]:
    """Log nothing: pytest keeps a line, and with it the request, until the test has ended."""
    logging.disable()
    yield
    logging.disable(logging.NOTSET)
