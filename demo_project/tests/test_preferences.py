"""Preferences: a view of Flask chooses what Django's middleware goes by on all pages.

Flask: the session and cookies. Django: ``LocaleMiddleware``, time zones, the session.
"""

import datetime

import pytest
from pytest_django.asserts import assertContains, assertRedirects

CHOICE = {"language": "de", "time_zone": "Asia/Tokyo"}


@pytest.fixture
def chosen(client):
    response = client.post("/preferences/", CHOICE)
    assertRedirects(response, "/preferences/", fetch_redirect_response=False)
    return client


def test_language_is_that_of_pages_of_both_sides(chosen):
    assertContains(chosen.get("/preferences/"), "Ihre Einstellungen sind gespeichert.")
    for path in ("/", "/desk/", "/login/"):
        assertContains(chosen.get(path), "Einstellungen")
        assertContains(chosen.get(path), '<html lang="de">')


def test_browser_is_asked_for_its_language_first(client):
    response = client.get("/desk/", headers={"Accept-Language": "de"})
    assertContains(response, "Ihre Frage")
    assert response["Content-Language"] == "de"


def test_time_zone_is_that_of_all_pages(chosen, link):
    link.created = datetime.datetime(2026, 7, 1, 20, tzinfo=datetime.UTC)
    link.save()
    assertContains(chosen.get("/links/abc/info"), "2 Juli 2026, 05:00 JST")


def test_typed_value_comes_back_to_flask_and_is_plain_for_django(chosen):
    language, moment = chosen.session["chosen"]
    assert (language, type(moment)) == ("de", str)
    assertContains(chosen.get("/preferences/"), "Das haben Sie am")


def test_choice_that_is_none_is_refused(client):
    response = client.post("/preferences/", {"language": "xx", "time_zone": "UTC"})
    assertContains(response, "Select a valid choice.", status_code=422)


def test_without_the_projects_session_the_application_keeps_a_cookie_of_its_own(client, settings):
    settings.MIDDLEWARE = []
    client.post("/preferences/", CHOICE)
    assert set(client.cookies) == {"session", "django_language"}
    assertContains(client.get("/preferences/"), "You chose this on")
