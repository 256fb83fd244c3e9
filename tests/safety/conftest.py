"""Fixtures of the tests of safety."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from django.core import signals


@pytest.fixture
def no_logs() -> Iterator[None]:
    """Log nothing: pytest keeps a line, and with it the request, until the test has ended."""
    logging.disable()
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture
def finished() -> Iterator[Counter[str]]:
    """Count what Django is told of the ends of requests."""
    count: Counter[str] = Counter()

    def note(**kwargs: Any) -> None:
        count.update(["finished"])

    signals.request_finished.connect(note)
    yield count
    signals.request_finished.disconnect(note)
