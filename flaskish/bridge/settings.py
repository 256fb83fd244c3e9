"""Django's settings: configured for an application that stands alone, read by one in a project.

Flask: Configuration Handling. Django: ``django.conf.settings``.
"""

from __future__ import annotations

import os
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from weakref import ref

from django.conf import ENVIRONMENT_VARIABLE, settings

if TYPE_CHECKING:
    from ..sansio.app import App

#: The settings of an application that stands alone, before its own ``django={...}``. Hosts are
#: checked by ``TRUSTED_HOSTS``, as in Flask; logging is left as the program set it up.
STANDALONE_SETTINGS: dict[str, Any] = {
    "ALLOWED_HOSTS": ["*"],
    "CSRF_FAILURE_VIEW": "flaskish.bridge.csrf.csrf_failure",
    "DEFAULT_EXCEPTION_REPORTER_FILTER": "flaskish.bridge.error_reports.AppReportFilter",
    "INSTALLED_APPS": [],
    "LOGGING_CONFIG": None,
    "MIDDLEWARE": [],
    "ROOT_URLCONF": "flaskish.bridge.root_urls",
    # Of missing middleware; flaskish.W010 says what is missing, and the switch that adds it.
    "SILENCED_SYSTEM_CHECKS": ["security.W001", "security.W002", "security.W003"],
    "USE_TZ": True,
    "FLASKISH_STANDALONE": True,
}

#: Config keys that have a twin among Django's settings, and the conversion between the two.
TWINS: dict[str, str] = {
    "DEBUG": "DEBUG",
    "SECRET_KEY": "SECRET_KEY",
    "SECRET_KEY_FALLBACKS": "SECRET_KEY_FALLBACKS",
    "SESSION_COOKIE_NAME": "SESSION_COOKIE_NAME",
    "SESSION_COOKIE_DOMAIN": "SESSION_COOKIE_DOMAIN",
    "SESSION_COOKIE_PATH": "SESSION_COOKIE_PATH",
    "SESSION_COOKIE_HTTPONLY": "SESSION_COOKIE_HTTPONLY",
    "SESSION_COOKIE_SECURE": "SESSION_COOKIE_SECURE",
    "SESSION_COOKIE_SAMESITE": "SESSION_COOKIE_SAMESITE",
    "PERMANENT_SESSION_LIFETIME": "SESSION_COOKIE_AGE",
}


def configure_django(own_settings: dict[str, Any] | None = None) -> None:
    """Configure Django for an application that stands alone, unless somebody has done it.

    :param own_settings: Settings of the application, for example ``{"INSTALLED_APPS": [...]}``.
    :raises RuntimeError: ``own_settings`` were given and Django is configured already.
    """
    if settings.configured or os.environ.get(ENVIRONMENT_VARIABLE):
        if own_settings and not is_standalone():
            # Differs from Flask: there is no such parameter. In a project the project decides.
            return
        if own_settings:
            raise RuntimeError(
                "Django's settings are configured already, so 'django={...}' came too late. Pass"
                " it to the first Flask object of the program."
            )
        return
    # Django asks for a key, on its debug page for one. What an application signs is signed with its
    # own; whoever uses Django's signing sets this one, too.
    defaults = {**STANDALONE_SETTINGS, "SECRET_KEY": os.urandom(32).hex()}
    settings.configure(
        **{**defaults, **(own_settings or {}), "FLASKISH_OWN_SETTINGS": bool(own_settings)}
    )
    if own_settings:
        # Models can be imported from here on.
        import django

        django.setup()


#: The settings that were looked up so far, by name. Django empties this when they change.
looked_up: dict[str, Any] = object.__getattribute__(settings, "__dict__")
#: Returns a setting that was looked up before; ``None`` for others.
read_setting_at_once = looked_up.get


def read_setting(name: str) -> Any:
    """Return a setting without the lazy object in front of it, which each request would pay for.

    :param name: The name of the setting.
    """
    try:
        return looked_up[name]
    except KeyError:
        return getattr(settings, name)


def set_up_django() -> None:
    """Configure Django unless somebody has done it, and load what it needs to show its pages."""
    # Loaded here: an application that never shows a page of Django's does without.
    import django
    from django.apps import apps

    configure_django()
    if not apps.ready:
        django.setup()


def is_standalone() -> bool:
    """Tell whether Django was configured by us rather than by a project."""
    return settings.configured and getattr(settings, "FLASKISH_STANDALONE", False)


def somebody_set_up_django() -> bool:
    """Tell whether Django follows a project's settings, or those of ``Flask(django={...})``."""
    return not is_standalone() or getattr(settings, "FLASKISH_OWN_SETTINGS", False)


def twin_defaults() -> dict[str, Any]:
    """Return the config values that a project's settings give to an application in it.

    Only what the project itself sets counts; Django's defaults do not replace Flask's.
    """
    if is_standalone():
        return {}
    defaults = {
        key: getattr(settings, setting)
        for key, setting in TWINS.items()
        if settings.is_overridden(setting)
    }
    if "PERMANENT_SESSION_LIFETIME" in defaults:
        defaults["PERMANENT_SESSION_LIFETIME"] = timedelta(
            seconds=defaults["PERMANENT_SESSION_LIFETIME"]
        )
    if "FLASK_DEBUG" in os.environ:
        defaults.pop("DEBUG", None)
    return defaults


_apps: list[ref[App]] = []


def remember_app(app: App) -> None:
    """Note an application, as one of those that a process without a project may serve.

    :param app: The application.
    """
    _apps.append(ref(app, _apps.remove))


def remembered_apps() -> list[App]:
    """Return the applications of this process, in the order they were made."""
    return [app for app in (reference() for reference in _apps) if app is not None]
