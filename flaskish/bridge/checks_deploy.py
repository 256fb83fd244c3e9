"""System checks of a deployment: what protects an application and its project, and is not there.

Flask: Security Considerations. Django: ``check --deploy``, whose own checks look at the project.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.checks import CheckMessage
from django.core.checks.security import base as djangos

from .checks import checked_apps, warning
from .mounts import has_project_urls

if TYPE_CHECKING:
    from ..app import Flask

_GUARD = "flaskish.bridge.guard.GuardMiddleware"
_GUARDS = (_GUARD, "flaskish.bridge.cookies.CookieMiddleware")
_SESSIONS = "django.contrib.sessions.middleware.SessionMiddleware"
_CSRF = "django.middleware.csrf.CsrfViewMiddleware"
#: Django's middleware that reads cookies or forms.
_READERS = (
    _SESSIONS,
    "django.middleware.locale.LocaleMiddleware",
    _CSRF,
    "django.contrib.messages.middleware.MessageMiddleware",
)
#: Django's middleware, and what an application lacks without it.
_PROTECTIONS = {
    "django.middleware.security.SecurityMiddleware": "security headers",
    _CSRF: "protection against forged requests (CSRF)",
    "django.middleware.clickjacking.XFrameOptionsMiddleware": "protection against clickjacking",
}
#: Config keys that limit what a request may bring.
_LIMITS = ("MAX_CONTENT_LENGTH", "MAX_FORM_MEMORY_SIZE", "MAX_FORM_PARTS")
_METHODS_WITH_BODY = frozenset({"POST", "PUT", "PATCH", "DELETE"})


def check_guard(**kwargs: Any) -> list[CheckMessage]:
    """Find middleware of the project that reads requests before they are guarded."""
    if not has_project_urls() or not checked_apps():
        return []
    for middleware in settings.MIDDLEWARE:
        if middleware in _GUARDS:
            break
        if middleware in _READERS:
            return [
                warning(
                    f"{middleware} reads requests with Django's parsers, which let a forged"
                    " '__Host-' cookie through, need seconds for some cookies, and fail on some"
                    " forms.",
                    f"Make {_GUARD!r} the first of MIDDLEWARE. See docs/security.md.",
                    None,
                    16,
                )
            ]
    return []


def check_limits(**kwargs: Any) -> list[CheckMessage]:
    """Find applications that take bodies and forms of any size."""
    return [
        warning(
            f"The application {name!r} has no limit for what a request brings:"
            f" {', '.join(missing)}.",
            "Set it in app.config. A view that takes more sets request.max_content_length and its"
            " kin.",
            app,
            17,
        )
        for app, name in checked_apps().items()
        if _takes_bodies(app) and (missing := [key for key in _LIMITS if app.config[key] is None])
    ]


def _takes_bodies(app: Flask) -> bool:
    return any((rule.methods or set()) & _METHODS_WITH_BODY for rule in app.url_map.iter_rules())


def check_protection(**kwargs: Any) -> list[CheckMessage]:
    """Find out what applications lack in production."""
    is_mounted = has_project_urls()
    find_missing = _missing_if_mounted if is_mounted else _missing_protection
    hint = (
        "Set it in app.config, or the setting of the project that means the same."
        if is_mounted
        else "Set app.config['SECURE_DEFAULTS'] = True, and app.config['TRUSTED_HOSTS'] to the"
        " names of the site. See docs/security.md."
    )
    apps = checked_apps()
    found = [
        warning(
            f"The application {name!r} is not ready for production. Missing: {'; '.join(missing)}.",
            hint,
            app,
            10,
        )
        for app, name in apps.items()
        if (missing := list(find_missing(app)))
    ]
    if not is_mounted and any(app.config.get("SECURE_DEFAULTS") for app in apps):
        found += _missing_settings()
    return found


def _missing_protection(app: Flask) -> Iterator[str]:
    config = app.config
    is_secured = config.get("SECURE_DEFAULTS")
    if config["TRUSTED_HOSTS"] is None and not (is_secured and config["SERVER_NAME"]):
        yield "TRUSTED_HOSTS"
    if app.debug:
        yield "debug mode turned off"
    if app.testing:
        yield "TESTING turned off"
    if not is_secured:
        for middleware, what in _PROTECTIONS.items():
            if middleware not in settings.MIDDLEWARE:
                yield what
        if config["SESSION_COOKIE_SAMESITE"] is None:
            yield "SESSION_COOKIE_SAMESITE"
        if not config["SESSION_COOKIE_SECURE"]:
            yield "SESSION_COOKIE_SECURE"
    if not config["SESSION_COOKIE_HTTPONLY"]:
        yield "SESSION_COOKIE_HTTPONLY"


def _missing_if_mounted(app: Flask) -> Iterator[str]:
    """Return what neither Django's own checks look at nor a comparison with the settings."""
    if app.testing:
        yield "TESTING turned off"
    if _SESSIONS not in settings.MIDDLEWARE:
        # The application has a session cookie of its own.
        for key in ("SESSION_COOKIE_SECURE", "SESSION_COOKIE_HTTPONLY"):
            if not app.config[key]:
                yield key


def _missing_settings() -> Iterator[CheckMessage]:
    """Return what Django's checks say of settings if its middleware is in ``MIDDLEWARE``."""
    if "django.middleware.security.SecurityMiddleware" in settings.MIDDLEWARE:
        return
    if not settings.SECURE_HSTS_SECONDS:
        yield djangos.W004
    if not settings.SECURE_SSL_REDIRECT:
        yield djangos.W008
