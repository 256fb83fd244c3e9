"""Shows errors in the browser, on Django's debug page.

Werkzeug: ``werkzeug.debug``. Django: ``django.views.debug``.

There is no console in the page, on purpose: whoever reaches it could run any code.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from types import TracebackType
from typing import Any

from ...bridge.settings import set_up_django


class DebuggedApplication:
    """Wraps a WSGI application; an error that it lets out becomes a page.

    :param app: The application.
    :param evalex: Has no effect: there is no console.
    :param kwargs: Other parameters of Werkzeug's debugger, which are about the console.
    """

    def __init__(self, app: Callable[..., Any], evalex: bool = False, **kwargs: Any) -> None:
        self.app = app
        self.evalex = False
        self.trusted_hosts: list[str] = [".localhost", "127.0.0.1"]

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        contexts: list[Any] = []
        environ["werkzeug.debug.preserve_context"] = contexts.append
        answer: Any = None
        has_started = False

        def start_response_of_app(*args: Any) -> Any:
            nonlocal has_started
            has_started = True
            return start_response(*args)

        try:
            answer = self.app(environ, start_response_of_app)
            yield from answer
        except Exception as error:
            yield from self.answer_error(environ, start_response, error, has_started)
        finally:
            if hasattr(answer, "close"):
                answer.close()

    def answer_error(
        self,
        environ: dict[str, Any],
        start_response: Callable[..., Any],
        error: Exception,
        has_started: bool = True,
    ) -> Iterator[bytes]:
        """Log an error and send the page, unless the response has begun.

        :param has_started: Whether the application called ``start_response``. WSGI wants the
            error with the second call; with the first, test clients raise it.
        """
        import traceback

        from django.core.handlers.wsgi import WSGIRequest
        from django.views.debug import technical_500_response

        set_up_django()

        text = "".join(traceback.format_exception(error))
        environ["wsgi.errors"].write(text)
        replaced = [sys.exc_info()] if has_started else []
        traceback_of_app = _without_environ(error.__traceback__)
        page = technical_500_response(WSGIRequest(environ), type(error), error, traceback_of_app)
        try:
            start_response(
                "500 INTERNAL SERVER ERROR", [("Content-Type", page["Content-Type"])], *replaced
            )
        except Exception:
            environ["wsgi.errors"].write(
                "The debug page cannot be shown: the response had begun when the error came.\n"
            )
            return
        yield page.content


def _without_environ(tb: TracebackType | None) -> TracebackType | None:
    """Leave out the outer calls that have the environ, whose secrets the page would not mask."""
    while (
        tb is not None
        and tb.tb_next is not None
        and "environ" in tb.tb_frame.f_locals
        and tb.tb_frame.f_globals.get("__name__", "").startswith("flaskish.")
    ):
        tb = tb.tb_next
    return tb
