"""A project with the application of ``soak_app`` in it, for ``soak.py`` to load.

Flask: none. Django: a project in one file, behind its usual middleware.
"""

from __future__ import annotations

import sys
from types import ModuleType

import django
from django.conf import settings

_urls = sys.modules["soak_urls"] = ModuleType("soak_urls")
settings.configure(
    SECRET_KEY="for a minute only",
    ALLOWED_HOSTS=["localhost"],
    ROOT_URLCONF="soak_urls",
    LOGGING_CONFIG=None,
    SESSION_ENGINE="django.contrib.sessions.backends.signed_cookies",
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
    ],
)
django.setup()

from django.core.handlers.asgi import ASGIHandler  # noqa: E402
from django.core.handlers.wsgi import WSGIHandler  # noqa: E402
from django.urls import path  # noqa: E402
from soak_app import app  # noqa: E402

_urls.__dict__["urlpatterns"] = [path("", app.urls)]
wsgi_app = WSGIHandler()
asgi_app = ASGIHandler()
