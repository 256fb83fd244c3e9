"""The demo project with ``settings_production.py``: collected files and cached pages.

Flask: the views. Django: ``ManifestStaticFilesStorage``, the cache's middleware, WhiteNoise.
"""

import re

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client

from demo_project.shortener.models import Link


@pytest.fixture
def collected(settings, tmp_path):
    settings.STATIC_ROOT = tmp_path / "collected"
    call_command("collectstatic", interactive=False, verbosity=0)
    return Client()


@pytest.mark.parametrize("path", ["/", "/links/"])
def test_pages_lead_to_files_with_hashed_names_which_whitenoise_serves(collected, path):
    (sheet,) = re.findall(r'href="(/static/[^"]+)"', collected.get(path).text)
    assert re.fullmatch(r"/static/(links/)?site\.\w{12}\.css", sheet)
    response = collected.get(sheet)
    assert b"The look of all pages" in response.getvalue()
    assert "immutable" in response["Cache-Control"]
    response.close()


def test_pages_come_from_the_cache(collected):
    assert collected.get("/links/api/links").json() == []
    Link.objects.create(target="https://example.com/")
    assert collected.get("/links/api/links").json() == []
    cache.clear()
    assert len(collected.get("/links/api/links").json()) == 1


def test_members_have_pages_of_their_own(collected, ada):
    assert "Log in" in collected.get("/links/").text
    collected.force_login(ada)
    assert "ada" in collected.get("/links/").text


def test_error_page_is_the_projects(collected):
    collected.raise_request_exception = False
    response = collected.get("/workshop/broken")
    assert (response.status_code, "Something went wrong." in response.text) == (500, True)
