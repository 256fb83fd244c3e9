"""Shows errors in the browser, on Django's debug page.

Werkzeug: ``werkzeug.debug``. Django: ``django.views.debug``.

There is no console in the page, on purpose: whoever reaches it could run any code.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from ...bridge.settings import set_up_django
from .._server_log import as_one_entry
from ..sansio.utils import host_is_trusted

_HINT = """
Variables and settings are shown to trusted hosts only, lest a foreign site read them. Add {host!r}
to 'trusted_hosts' of DebuggedApplication, or run the server with --host.
"""


class DebuggedApplication:
    """Wraps a WSGI application; an error that it lets out becomes a page.

    Who asks by another host than :attr:`trusted_hosts` sees the traceback only.

    :param app: The application.
    :param evalex: Has no effect: there is no console.
    :param kwargs: Other parameters of Werkzeug's debugger, which are about the console.
    """

    def __init__(self, app: Callable[..., Any], evalex: bool = False, **kwargs: Any) -> None:
        self.app = app
        self.evalex = False
        self.trusted_hosts: list[str] = [".localhost", "127.0.0.1", "[::1]"]

    def check_host_trust(self, environ: dict[str, Any]) -> bool:
        """Tell whether a request was made to one of the hosts that are trusted.

        :param environ: The WSGI environ.
        """
        return host_is_trusted(environ.get("HTTP_HOST"), self.trusted_hosts)

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

        text = "".join(traceback.format_exception(error))
        environ["wsgi.errors"].write(f"{as_one_entry(text)}\n")
        replaced = [sys.exc_info()] if has_started else []
        if self.check_host_trust(environ):
            content_type, page = _make_page(environ, error)
        else:
            content_type = "text/plain; charset=utf-8"
            hint = _HINT.format(host=environ.get("HTTP_HOST", ""))
            page = f"{text}{hint}".encode(errors="backslashreplace")
        try:
            start_response("500 INTERNAL SERVER ERROR", [("Content-Type", content_type)], *replaced)
        except Exception:
            environ["wsgi.errors"].write(
                "The debug page cannot be shown: the response had begun when the error came.\n"
            )
            return
        yield page


def _make_page(environ: dict[str, Any], error: Exception) -> tuple[str, bytes]:
    """Return the type and the text of Django's page."""
    # Loaded by errors.
    from django.core.handlers.wsgi import WSGIRequest
    from django.views.debug import technical_500_response

    set_up_django()
    from ...bridge.error_reports import mask_secrets

    http_request = WSGIRequest(environ)
    mask_secrets(http_request)
    page = technical_500_response(http_request, type(error), error, error.__traceback__)
    return page["Content-Type"], page.content
