"""Django's signals around a request, sent whenever a receiver has something to do.

Flask: none. Django: ``request_started``, ``request_finished`` of ``django.core.signals``.
"""

from __future__ import annotations

import sys
from typing import Any

from django.core.signals import request_finished, request_started

#: Modules whose receivers close what a request opened: without them nothing can have been opened.
_MODULES_WITH_CLEAN_UP = ("django.db", "django.core.cache")


def request_signals_are_idle() -> bool:
    """Tell whether sending the signals would do nothing.

    That is so as long as neither database connections nor caches can have been opened, and nobody
    else listens.
    """
    if any(module in sys.modules for module in _MODULES_WITH_CLEAN_UP):
        return False
    # Django's own handler, once imported, listens to reset the URLconf of the thread, which only
    # that handler sets.
    foreign = len(request_finished.receivers) - ("django.core.handlers.base" in sys.modules)
    return foreign <= 0 and not request_started.receivers


def announce_request(**details: Any) -> None:
    """Send ``request_started``; the response's ``close`` sends ``request_finished``.

    :param details: ``environ`` or ``scope`` of the request.
    """
    # The class that Django's receivers and the closing response know as the sender.
    from ..app import Flask

    request_started.send(sender=Flask, **details)
