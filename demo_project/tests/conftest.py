"""Who asks the demo project, and what is in its database.

Flask: none. Django: the fixtures of pytest-django.
"""

import pytest
from django.core.cache import cache
from django.utils import translation

from demo_project.shortener.models import Link


@pytest.fixture(autouse=True)
def _project(db, settings, tmp_path):
    """Let all tests use the database, a folder of their own, and passwords that cost no time."""
    settings.MEDIA_ROOT = tmp_path
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    # LocaleMiddleware leaves the language of a request to the thread.
    with translation.override("en"):
        yield
    cache.clear()


@pytest.fixture
def ada(django_user_model):
    return django_user_model.objects.create_user("ada", password="ada")


@pytest.fixture
def member(client, ada):
    """A client that is logged in as ada."""
    client.force_login(ada)
    return client


@pytest.fixture
def link(ada):
    return Link.objects.create(code="abc", target="https://example.com/a?b=c", owner=ada)
