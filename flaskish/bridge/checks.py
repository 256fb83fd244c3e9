"""System checks: what is likely to be wrong with the applications, said by ``manage.py check``.

Flask: none. Django: the system check framework, ``django.core.checks``.

:class:`flaskish.apps.FlaskishConfig` registers these, so ``INSTALLED_APPS`` needs ``"flaskish"``.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Info
from django.core.checks import Warning as CheckWarning

from .mounts import has_project_urls, mounts
from .settings import TWINS, is_standalone, remembered_apps, twin_defaults
from .static import FINDER, has_static_files, uses_finder

if TYPE_CHECKING:
    from ..app import Flask
    from ..scaffold import Scaffold

#: ``manage.py check --tag flaskish`` runs these checks only.
TAG = "flaskish"
#: Folder names that Flask looks for by default; nobody asked for them, so they may be missing.
_DEFAULT_FOLDERS = {"template_folder": "templates", "static_folder": "static"}


#: The shortest key that nobody guesses: 16 random bytes in hexadecimal digits.
_LEAST_KEY_LENGTH = 32


def register_checks() -> None:
    """Register the checks; doing so again changes nothing."""
    # Loaded here: these look into rules and views, which only the check command does.
    from .checks_csrf import check_refusals
    from .checks_deploy import check_guard, check_limits, check_protection
    from .checks_urls import check_mounts, check_rules
    from .checks_views import check_decorators

    for check in (
        check_settings,
        check_secret_keys,
        check_weak_keys,
        check_folders,
        check_rules,
        check_mounts,
        check_decorators,
    ):
        checks.register(check, TAG)
    # A note, which each command would print otherwise.
    checks.register(check_refusals, TAG, deploy=True)
    checks.register(check_static_files, TAG, deploy=True)
    for check in (check_guard, check_limits, check_protection):
        checks.register(check, TAG, checks.Tags.security, deploy=True)


def checked_apps() -> dict[Flask, str]:
    """Return the applications to check, and what to call each: by its namespace if mounted.

    Those of the project's URLconf, else those that this process has made.
    """
    if has_project_urls():
        names: dict[Flask, str] = {}
        for mount in mounts():
            # The first name of one that is mounted twice.
            names.setdefault(mount.app, mount.name)
        return names
    return {app: app.name for app in remembered_apps()}  # type: ignore[misc]


def warning(message: str, hint: str, app: object, number: int) -> CheckMessage:
    """Make a message of these checks.

    :param message: What is wrong.
    :param hint: The way out.
    :param app: What it is about.
    :param number: The number in the message's id.
    """
    return CheckWarning(message, hint=hint, obj=app, id=f"flaskish.W{number:03}")


def note(message: str, hint: str, app: object, number: int) -> CheckMessage:
    """Make a message about what is not wrong, and could be better; see :func:`warning`."""
    return Info(message, hint=hint, obj=app, id=f"flaskish.I{number:03}")


def check_settings(**kwargs: Any) -> list[CheckMessage]:
    """Compare the config of each application with the settings that mean the same."""
    if is_standalone():
        return []
    return [
        warning(
            f"config[{key!r}] of the application {name!r} is {_shown(key, own, 'a key of its own')}"
            f", and the setting {TWINS[key]} of the project is"
            f" {_shown(key, of_project, 'another')}.",
            f"Remove the line that sets it, so that the application follows {TWINS[key]}. The"
            " project's middleware, its session for one, follows the setting only.",
            app,
            1,
        )
        for app, name in checked_apps().items()
        for key, own, of_project in _conflicts(app)
    ]


def _conflicts(app: Flask) -> Iterator[tuple[str, Any, Any]]:
    """Return key, own value and the project's value of what an application sets differently."""
    defaults = {**app.default_config, "DEBUG": settings.DEBUG, **twin_defaults()}
    for key, setting in TWINS.items():
        own = app.config[key]
        # Without a key there is nothing to compare; see check_secret_keys.
        is_missing_key = key == "SECRET_KEY" and not own
        if own == defaults[key] or is_missing_key or not hasattr(settings, setting):
            continue
        of_project = getattr(settings, setting)
        if isinstance(own, timedelta):
            of_project = timedelta(seconds=of_project)
        if own != of_project:
            yield key, own, of_project


def _shown(key: str, value: Any, secret: str) -> str:
    return secret if "SECRET" in key else repr(value)


def check_secret_keys(**kwargs: Any) -> list[CheckMessage]:
    """Find applications that cannot write their session."""
    return [
        warning(
            f"The application {name!r} has no secret key, so its session cannot be written.",
            "Set app.config['SECRET_KEY'] to a long random value, for one of"
            " `python -c 'import secrets; print(secrets.token_hex())'`, or in a project leave it"
            " to the setting SECRET_KEY.",
            app,
            2,
        )
        for app, name in checked_apps().items()
        if not app.config["SECRET_KEY"]
    ]


def check_weak_keys(**kwargs: Any) -> list[CheckMessage]:
    """Find applications whose own key can be guessed."""
    return [
        warning(
            f"A secret key of the application {name!r} is weak: who guesses it signs sessions.",
            f"Set a random one of {_LEAST_KEY_LENGTH} characters or more, for one of"
            " `python -c 'import secrets; print(secrets.token_hex())'`, outside the source code.",
            app,
            9,
        )
        for app, name in checked_apps().items()
        if any(map(_is_weak, _own_keys(app)))
    ]


def _own_keys(app: Flask) -> set[str | bytes]:
    """Return the keys of an application's sessions; Django's own check looks at the project's."""
    keys = {app.config["SECRET_KEY"], *(app.config["SECRET_KEY_FALLBACKS"] or ())}
    return keys - {None, "", settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS}


def _is_weak(key: str | bytes) -> bool:
    return len(key) < _LEAST_KEY_LENGTH or len(set(key)) < 5


def check_folders(**kwargs: Any) -> list[CheckMessage]:
    """Find folders of templates and static files that are named and do not exist."""
    return [
        warning(
            f"The {attribute} {folder!r} of the {what} does not exist.",
            f"Create the folder, correct its name, which is relative to {owner.root_path!r}, or"
            f" pass {attribute}=None.",
            owner,
            7,
        )
        for app, name in checked_apps().items()
        for owner, what in _scaffolds(app, name)
        for attribute, default in _DEFAULT_FOLDERS.items()
        if (folder := getattr(owner, attribute)) is not None
        and not (owner is app and os.path.basename(folder) == default)
        and not os.path.isdir(os.path.join(owner.root_path, folder))
    ]


def _scaffolds(app: Flask, name: str) -> Iterator[tuple[Scaffold, str]]:
    yield app, f"application {name!r}"
    for key, blueprint in app.blueprints.items():
        yield blueprint, f"blueprint {key!r} of the application {name!r}"


def check_static_files(**kwargs: Any) -> list[CheckMessage]:
    """Find applications whose static files would be served by Python in production."""
    if not has_project_urls() or uses_finder():
        return []
    return [
        warning(
            f"The static files of the application {name!r} are not collected: each is served by"
            " the application.",
            f"Add {FINDER!r} to STATICFILES_FINDERS and run collectstatic.",
            app,
            8,
        )
        for app, name in checked_apps().items()
        if any(has_static_files(owner) for owner, _ in _scaffolds(app, name))
    ]
