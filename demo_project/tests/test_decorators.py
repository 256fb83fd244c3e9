"""Each of Django's decorators does its work around a view of Flask.

Flask: the views. Django: the test client, ``assertRedirects``, reports of errors by mail.
"""

from unittest import mock

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from pytest_django.asserts import assertContains, assertRedirects

from demo_project.shortener.models import Link


@pytest.mark.parametrize("page", ["members", "staff"])
def test_page_for_some_leads_others_to_the_login(client, page):
    assertRedirects(client.get(f"/decorators/{page}"), f"/login/?next=/decorators/{page}")


def test_login_required_lets_in_who_is_logged_in(member):
    assertContains(member.get("/decorators/members"), "You are logged in as ada.")


def test_permission_required_asks_for_the_permission(member, ada):
    assertContains(member.get("/decorators/editors"), "All decorators", status_code=403)
    ada.user_permissions.add(Permission.objects.get(codename="change_link"))
    assertContains(member.get("/decorators/editors"), "You may change links.")


def test_user_passes_test_asks_the_function(member, ada):
    assert member.get("/decorators/staff").status_code == 302
    ada.is_staff = True
    ada.save()
    assertContains(member.get("/decorators/staff"), "You belong to the staff.")


def test_page_shows_the_view_that_made_it(member):
    assertContains(member.get("/decorators/members"), "@django_decorator(login_required)")


def test_csrf_protect_wants_a_token_and_csrf_exempt_none():
    client = Client(enforce_csrf_checks=True)
    assertContains(client.post("/decorators/exempt"), "without a token")
    page = client.post("/decorators/protected")
    assertContains(page, "reload the page and send the form again", status_code=403)
    client.get("/decorators/")
    token = client.cookies["csrftoken"].value
    page = client.post("/decorators/protected", {"csrfmiddlewaretoken": token})
    assertContains(page, "The form came with its token.")


def test_cache_page_answers_with_the_page_that_was_made(client):
    first = client.get("/decorators/cached")
    with mock.patch("demo_project.decorators.now", return_value="later"):
        second = client.get("/decorators/cached")
    assert second.content == first.content
    assert second["Cache-Control"] == "max-age=60"


def test_never_cache_forbids_to_keep_the_page(client):
    assert "no-store" in client.get("/decorators/fresh")["Cache-Control"]


def test_vary_on_headers_tells_caches_what_the_page_depends_on(client):
    assert "Accept" in client.get("/decorators/varied")["Vary"].split(", ")
    response = client.get("/decorators/varied", headers={"Accept": "application/json"})
    assert list(response.json()) == ["made"]


def test_require_http_methods_refuses_what_the_rule_would_take(client):
    response = client.put("/decorators/asked")
    assert (response.status_code, response["Allow"]) == (405, "GET")


def test_xframe_options_exempt_lets_others_frame_the_page(client):
    assert "X-Frame-Options" not in client.get("/decorators/framed")
    assert client.get("/decorators/asked")["X-Frame-Options"] == "DENY"


def test_gzip_page_compresses(client):
    response = client.get("/decorators/zipped", headers={"Accept-Encoding": "gzip"})
    assert response["Content-Encoding"] == "gzip"
    assert len(response.content) < 2000


@pytest.mark.parametrize(("path", "visits"), [("atomic", 0), ("not-atomic", 1)])
def test_failing_view_takes_back_what_it_wrote_unless_it_says_otherwise(client, link, path, visits):
    assert client.post(f"/decorators/{path}").status_code == 409
    assert Link.objects.get().visits == visits


def test_sensitive_post_parameters_are_not_in_the_report_to_the_admins(client, mailoutbox):
    client.raise_request_exception = False
    client.post("/decorators/secret", {"pin": "pin-1234"})
    assert "ValueError" in mailoutbox[0].body
    assert "pin-1234" not in mailoutbox[0].body
    assert "pin = '********************'" in mailoutbox[0].body
