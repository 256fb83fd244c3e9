"""What Django's debug page and error mails show of an application: everything but its secrets.

Flask: none. Django: ``SafeExceptionReporterFilter``, which knows settings and Django's requests.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils.datastructures import MultiValueDict
from django.views.debug import SafeExceptionReporterFilter, get_default_exception_reporter_filter

from ..config import Config
from ..globals import _cv_request
from ..werkzeug.datastructures import Authorization, Headers, MultiDict
from .nested import Nested
from .reported_values import LIMIT, ReportedValue, cut, find_secrets, secret_texts
from .settings import remembered_apps

if TYPE_CHECKING:
    from types import FrameType

    from django.http import HttpRequest


class AppReportFilter(SafeExceptionReporterFilter):
    """Masks in the variables of a frame what Django masks in its tables of settings and headers.

    A project that has a filter of its own in ``DEFAULT_EXCEPTION_REPORTER_FILTER`` keeps it: ours
    is put in front for the requests of applications.
    """

    def get_safe_cookies(self, request: Any) -> dict[str, Any]:
        """Mask the session cookies of applications, too."""
        cookies: dict[str, Any] = super().get_safe_cookies(request)
        names = _session_cookie_names()
        return {key: self._mask_if(key in names, value) for key, value in cookies.items()}

    def cleanse_special_types(self, request: Any, value: Any) -> Any:
        """Mask the secrets in a variable, and in its lists, tuples and dicts.

        :param request: Django's request, ``None`` if it is not known.
        :param value: The variable's value.
        """
        request = request or _current_request()
        value = super().cleanse_special_types(request, value)
        return Nested(partial(self._mask, request), "...", LIMIT).apply(value)

    def get_traceback_frame_variables(self, request: Any, tb_frame: FrameType) -> Any:
        """Mask the secrets in the variables of a frame, also where they are in other objects.

        :param request: Django's request, ``None`` if it is not known.
        :param tb_frame: The frame.
        """
        # The longest first: others may be parts of it.
        secrets = sorted(set(self._find_secrets(request or _current_request())), key=len)[::-1]
        variables = super().get_traceback_frame_variables(request, tb_frame)
        return [(name, ReportedValue(value, secrets)) for name, value in variables]

    def _find_secrets(self, request: Any) -> Iterator[str]:
        """Find what is masked in the settings, the headers and the cookies."""
        own = {name: getattr(settings, name) for name in dir(settings) if name.isupper()}
        for config in (own, *(app.config for app in remembered_apps())):
            yield from find_secrets(config)
        if request is None:
            return
        for name, value in request.META.items():
            if isinstance(value, str) and self.hidden_settings.search(name):
                # "Basic", and what is the secret.
                yield from secret_texts([value, *value.split()])
        for name, shown in self.get_safe_cookies(request).items():
            if shown == self.cleansed_substitute:
                yield from secret_texts(request.COOKIES[name])

    def _mask(self, request: Any, value: Any) -> Any:
        """Mask the secrets in a value by its type."""
        # Not ``isinstance``: a proxy would be asked for what it stands for, which may be gone.
        kind = type(value)
        if issubclass(kind, Config):
            return Config(value.root_path, self.cleanse_setting("", dict(value)))
        if issubclass(kind, Authorization):
            return self.cleansed_substitute
        if issubclass(kind, Headers):
            return Headers(self._mask_headers(value))
        if issubclass(kind, MultiDict):
            return MultiDict(self._mask_fields(request, value))
        if issubclass(kind, MultiValueDict):
            return self.get_cleansed_multivaluedict(request, value)
        if kind is dict:
            return self._mask_request(value)
        return cut(value)

    def _mask_if(self, is_secret: bool, value: Any) -> Any:
        return self.cleansed_substitute if is_secret else value

    def _mask_headers(self, headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
        return [
            # Django's pattern has the names as they are in ``META``, but for what an answer sets.
            (name, self.cleanse_setting(_meta_key(name).replace("SET_", ""), value))
            for name, value in headers
        ]

    def _mask_fields(self, request: Any, fields: MultiDict[str, Any]) -> list[tuple[str, Any]]:
        names: Any = _session_cookie_names()
        if self.is_active(request):
            marked = getattr(request, "sensitive_post_parameters", ())
            names = fields if marked == "__ALL__" else {*names, *marked}
        return [
            (key, self._mask_if(key in names, value)) for key, value in fields.items(multi=True)
        ]

    def _mask_request(self, value: dict[Any, Any]) -> dict[Any, Any]:
        """Mask the headers in a WSGI environ or an ASGI scope."""
        if "REQUEST_METHOD" in value:
            return {key: self.cleanse_setting(key, item) for key, item in value.items()}
        if "headers" in value and value.get("type") in {"http", "websocket"}:
            lines = ((name.decode("latin-1"), line) for name, line in value["headers"])
            return {**value, "headers": self._mask_headers(lines)}
        return value


def _current_request() -> HttpRequest | None:
    """Return Django's request, which a line of a log, for one, does not know."""
    context = _cv_request.get()
    return None if context is None else context.request.__dict__.get("django")


def _meta_key(header: str) -> str:
    return f"HTTP_{header.upper().replace('-', '_')}"


def _session_cookie_names() -> set[str]:
    names = {app.config["SESSION_COOKIE_NAME"] for app in remembered_apps()}
    return {settings.SESSION_COOKIE_NAME, *names}


@cache
def _in_front_of(kind: Any) -> Any:
    """Return our filter on top of a project's."""
    if issubclass(kind, AppReportFilter):
        return kind
    return type(f"App{kind.__name__}", (AppReportFilter, kind), {})


def mask_secrets(http_request: HttpRequest) -> None:
    """Have the secrets masked in whatever Django reports of an error in this request.

    :param http_request: Django's request; a filter that it has already stays.
    """
    if not hasattr(http_request, "exception_reporter_filter"):
        kind: Any = type(get_default_exception_reporter_filter())
        http_request.exception_reporter_filter = _in_front_of(kind)()
