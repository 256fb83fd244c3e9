"""The root URLconf of a process without a project: the first application made in it.

Flask: none. Django: ``ROOT_URLCONF``.
"""

from __future__ import annotations

from typing import Any

from .settings import remembered_apps
from .urlconf import root_urlconf


def __getattr__(name: str) -> Any:
    # Looked up when Django first resolves or reverses: the application exists by then.
    if name != "urlpatterns":
        raise AttributeError(name)
    apps = remembered_apps()
    return root_urlconf(apps[0]).urlpatterns if apps else []  # type: ignore[arg-type]
