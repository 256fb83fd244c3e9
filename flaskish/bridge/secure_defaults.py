"""What ``app.config["SECURE_DEFAULTS"] = True`` turns on, by way of Django's own middleware.

Flask: Security Considerations, which leaves it to the application. Django: ``SecurityMiddleware``,
``XFrameOptionsMiddleware``, ``CsrfViewMiddleware``, ``ALLOWED_HOSTS``.

The middleware objects are called from hooks, so that they protect one application of several, alone
or mounted; a project's own middleware of these kinds comes first and is not repeated.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.middleware.csrf import CsrfViewMiddleware
from django.middleware.security import SecurityMiddleware

from ..globals import _current_request_context
from ..werkzeug.exceptions import Forbidden, RequestEntityTooLarge
from .handlers import SKIP_CSRF_KEY
from .settings import is_standalone

if TYPE_CHECKING:
    from django.http import HttpRequest

    from ..app import Flask
    from ..wrappers import Response

KEY = "SECURE_DEFAULTS"
#: What is trusted if neither ``TRUSTED_HOSTS`` nor ``SERVER_NAME`` says more.
LOCAL_HOSTS = [".localhost", "127.0.0.1", "[::1]"]


class _CsrfCheck(CsrfViewMiddleware):
    """Django's check with a reason in place of a page, which is the application's business."""

    def _check_token(self, request: HttpRequest) -> None:
        # Django looks for the token in the form, and would receive a body of any length for it.
        ours = _current_request_context().request
        length, limit = ours.content_length, ours.max_content_length
        if length is not None and limit is not None and length > limit:
            raise RequestEntityTooLarge
        super()._check_token(request)  # type: ignore[misc]

    def _reject(self, request: HttpRequest, reason: str) -> Any:
        return reason

    def _set_csrf_cookie(self, request: HttpRequest, response: Any) -> None:
        super()._set_csrf_cookie(request, response)  # type: ignore[misc]
        is_cookie = not settings.CSRF_USE_SESSIONS
        if is_cookie and request.is_secure() and not settings.CSRF_COOKIE_SECURE:
            *others, cookie = response.headers.getlist("Set-Cookie")
            response.headers.setlist("Set-Cookie", [*others, f"{cookie}; Secure"])


def _unused(http_request: HttpRequest) -> Any:
    raise AssertionError("The middleware is called step by step.")


def secure(app: Flask) -> None:
    """Turn the protection on, once.

    :param app: The application.
    """
    if app._is_secured:
        return
    app._is_secured = True
    if app.config["TRUSTED_HOSTS"] is None and is_standalone():
        server_name = app.config["SERVER_NAME"]
        app.config["TRUSTED_HOSTS"] = LOCAL_HOSTS if server_name is None else [f".{server_name}"]
    if app.config["SESSION_COOKIE_SAMESITE"] is None:
        app.config["SESSION_COOKIE_SAMESITE"] = "Lax"
    protection = _Protection(app)
    # The first to look at a request, and the last to look at a response.
    app.before_request_funcs.setdefault(None, []).insert(0, protection.check)
    app.after_request_funcs.setdefault(None, []).insert(0, protection.add_headers)


class _Protection:
    """The hooks of one application."""

    def __init__(self, app: Flask) -> None:
        self._view_functions = app.view_functions
        self._security = SecurityMiddleware(_unused)
        self._frames = XFrameOptionsMiddleware(_unused)
        self._csrf = _CsrfCheck(_unused)

    def check(self) -> Any:
        """Redirect to HTTPS if the settings want it, and refuse a forged request.

        :raises Forbidden: The request has no token, or another site's origin.
        """
        context = _current_request_context()
        request = context.request
        http_request: Any = request.django
        if not (request._is_mounted or request.trusted_hosts):
            # In a process whose settings are a project's: its ALLOWED_HOSTS count.
            http_request.get_host()
        if settings.CSRF_USE_SESSIONS and not hasattr(http_request, "session"):
            http_request.session = context.session
        redirect = self._security.process_request(http_request)
        if redirect is not None:
            return redirect
        self._csrf.process_request(http_request)
        if request.environ.get(SKIP_CSRF_KEY):
            http_request._dont_enforce_csrf_checks = True
        if request.routing_exception is not None:
            # There is no view to protect.
            return None
        view_function = self._view_functions.get(request.endpoint or "")
        reason = self._csrf.process_view(http_request, view_function, (), {})  # type: ignore[arg-type]
        if reason is not None:
            raise Forbidden(f"CSRF verification failed. {reason}")
        return None

    def add_headers(self, response: Response) -> Response:
        """Add Django's security headers and the cookie of the token."""
        http_request: Any = _current_request_context().request.django
        self._csrf.process_response(http_request, response)
        self._frames.process_response(http_request, response)  # type: ignore[arg-type]
        self._security.process_response(http_request, response)  # type: ignore[arg-type]
        return response
