"""Static files of applications and blueprints among those of the project.

Flask: Static Files. Django: ``django.contrib.staticfiles``, whose finder this is.

The application ``shop`` has its files under ``shop/``, its blueprint ``cart`` under ``shop.cart/``:
``url_for("static", filename="site.css")`` is what ``{% static "shop/site.css" %}`` is.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.conf import settings
from django.contrib.staticfiles import utils
from django.contrib.staticfiles.finders import BaseFinder, searched_locations
from django.core.files.storage import FileSystemStorage
from django.urls import URLResolver, get_resolver
from django.utils._os import safe_join
from django.utils.encoding import iri_to_uri

from .mounts import has_project_urls, mounts
from .urlconf import namespace_of

if TYPE_CHECKING:
    from ..app import Flask
    from ..scaffold import Scaffold

#: What ``STATICFILES_FINDERS`` has to have for all of this.
FINDER = "flaskish.bridge.static.AppStaticFinder"


class AppStaticFinder(BaseFinder):
    """Finds the static files of the applications in the project's URLconf.

    :param app_names: What Django's finders take; has no effect.
    """

    def __init__(self, app_names: Any = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)

    def check(self, **kwargs: Any) -> list[Any]:
        """Return no messages: ``bridge.checks`` looks at the folders."""
        return []

    def find(self, path: str, find_all: bool = False) -> Any:
        """Find a file.

        :param path: The path below ``STATIC_URL``.
        :param find_all: Whether to return all files of this path, as a list.
        """
        found = list(self._find_each(path))
        if find_all:
            return found
        # An empty list is how Django's finders say that there is none.
        return found[0] if found else []

    def _find_each(self, path: str) -> Iterator[str]:
        prefix, _, rest = path.replace(os.sep, "/").partition("/")
        for name, folder in _collected_folders():
            if folder not in searched_locations:
                searched_locations.append(folder)
            if name == prefix and rest and os.path.exists(found := safe_join(folder, rest)):
                yield found

    def list(self, ignore_patterns: Any) -> Iterator[tuple[str, FileSystemStorage]]:
        """Return each file's path in its folder, and the storage that the folder is.

        :param ignore_patterns: Patterns of files to leave out.
        """
        for prefix, folder in _collected_folders():
            storage = FileSystemStorage(location=folder)
            # Where collectstatic puts the files; it asks for this attribute.
            storage.prefix = prefix  # type: ignore[attr-defined]
            for path in utils.get_files(storage, ignore_patterns):
                yield path, storage


def uses_finder() -> bool:
    """Tell whether the project collects the static files of its applications."""
    return FINDER in settings.STATICFILES_FINDERS and apps.is_installed(
        "django.contrib.staticfiles"
    )


def collected_url(app: Flask, endpoint: str, filename: str) -> str | None:
    """Build the URL of a static file by the project's storage.

    :param app: The application.
    :param endpoint: ``static``, or ``cart.static`` for the blueprint ``cart``.
    :param filename: The file's path in the static folder.
    :return: The URL; ``None`` if the file is not one that the project collects.
    :raises ValueError: The storage wants to know each file, and does not know this one.
    """
    if not has_project_urls() or not uses_finder() or app not in _mounted_apps(get_resolver()):
        return None
    for static_endpoint, owner, prefix in _static_sides(app):
        if static_endpoint == endpoint and has_static_files(owner):
            # Loaded here: reads settings of staticfiles, which not every project has.
            from django.contrib.staticfiles.storage import staticfiles_storage

            # Storages with hashed names return them unquoted; url_for never does.
            return iri_to_uri(staticfiles_storage.url(f"{prefix}/{filename}"))
    return None


# By resolver, because Django makes a new one when the URLconf is another.
@lru_cache(maxsize=4)
def _mounted_apps(resolver: URLResolver) -> dict[Flask, None]:
    """Return the applications of a URLconf, each once, in its order."""
    return dict.fromkeys(mount.app for mount in mounts(resolver.urlconf_name))


def _collected_folders() -> list[tuple[str, str]]:
    """Return where the files of each folder are collected, and the folder."""
    if not has_project_urls():
        return []
    return [
        (prefix, str(owner.static_folder))
        for app in _mounted_apps(get_resolver())
        for _, owner, prefix in _static_sides(app)
        if has_static_files(owner)
    ]


def _static_sides(app: Flask) -> Iterator[tuple[str, Scaffold, str]]:
    """Return the ``static`` endpoint of the application and of each blueprint.

    Each with the object whose files they are, and with the folder they are collected in.
    """
    namespace = namespace_of(app)
    yield "static", app, namespace
    for name, blueprint in app.blueprints.items():
        yield f"{name}.static", blueprint, f"{namespace}.{name}"


def has_static_files(owner: Scaffold) -> bool:
    """Tell whether an application or a blueprint has a folder of static files that exists."""
    return owner.static_folder is not None and os.path.isdir(owner.static_folder)
