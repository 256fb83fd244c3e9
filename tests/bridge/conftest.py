"""A Django project around the applications of a test, with the middleware of ``startproject``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import pytest
from django.test import Client
from django.urls import clear_url_caches

MakeProject = Callable[..., Client]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]


@pytest.fixture
def make_project(settings: Any) -> Iterator[MakeProject]:
    """Return a function that makes a project of URL patterns and settings, and a client of it."""

    def make(*patterns: Any, **own_settings: Any) -> Client:
        urls = ModuleType("project_urls")
        urls.__dict__["urlpatterns"] = list(patterns)
        project_settings = {
            "ROOT_URLCONF": urls,
            "MIDDLEWARE": MIDDLEWARE,
            "TEMPLATES": TEMPLATES,
            **own_settings,
        }
        for name, value in project_settings.items():
            setattr(settings, name, value)
        clear_url_caches()
        return Client()

    yield make
    clear_url_caches()
