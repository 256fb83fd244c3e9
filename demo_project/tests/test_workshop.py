"""Behind the scenes: names, middleware, exceptions, the log, connections, files.

Flask: the views. Django: what its machinery makes of them.
"""

import pytest
from django.contrib.staticfiles import finders
from pytest_django.asserts import assertContains, assertTemplateUsed

from demo_project.middleware import RouteTimes


def test_resolve_finds_the_endpoint(client):
    response = client.get("/workshop/names?path=/links/abc/info")
    assertContains(response, "links:show")
    assertContains(response, "links/&lt;code&gt;/info")
    assertContains(response, "demo_project.links.show")


def test_path_that_no_view_answers_has_none(client):
    assertContains(client.get("/workshop/names?path=/nowhere"), "No view.")


def test_times_are_kept_by_the_names_of_views(client, link):
    client.get("/links/abc/info")
    assert ("links:show", "links/<code>/info") in RouteTimes.seconds
    assertContains(client.get("/workshop/names"), "<td>links:show</td>", html=True)


def test_middleware_numbers_requests_and_knows_the_view(client):
    response = client.get("/workshop/middleware")
    assertContains(response, f"request number {response['X-Request-Number']} of")
    assertContains(response, "demo_project.workshop.middleware")


def test_middleware_answers_an_exception_that_the_application_does_not(client):
    response = client.get("/workshop/outage")
    assertContains(response, "The weather service does not answer.", status_code=503)
    assertTemplateUsed(response, "503.html")


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("Http404", 404),
        ("PermissionDenied", 403),
        ("SuspiciousOperation", 400),
        ("BadRequest", 400),
    ],
)
def test_exceptions_of_django_reach_the_error_handler_of_the_application(client, name, status):
    response = client.get(f"/workshop/errors/{name}")
    assertTemplateUsed(response, "workshop/error.html")
    assert response.status_code == status


@pytest.mark.parametrize(
    ("page", "line"), [("broken", "ZeroDivisionError"), ("broken-page", "nobody.name.of.this.kind")]
)
def test_error_that_nobody_answers_is_on_djangos_debug_page(client, settings, page, line):
    settings.DEBUG = True
    client.raise_request_exception = False
    assertContains(client.get(f"/workshop/{page}"), line, status_code=500)


def test_log_has_the_lines_of_the_application_and_of_django(admin_client):
    admin_client.get("/links/nothing")
    page = admin_client.get("/workshop/log")
    assertContains(page, "WARNING demo_project.workshop: Somebody looks at the log: admin.")
    assertContains(page, "WARNING django.request: NOT FOUND: /links/nothing")


def test_log_is_for_the_staff(client):
    assert client.get("/workshop/log").status_code == 302


def test_view_runs_in_a_transaction_of_a_connection_that_is_kept(client, link):
    answer = client.get("/workshop/database").json()
    assert (answer["links"], answer["in_a_transaction"]) == (1, True)
    assert answer["seconds_until_it_is_too_old"] <= 60


def test_stream_reads_the_database_while_it_is_sent(client, link):
    assert client.get("/workshop/stream").getvalue() == b"abc: https://example.com/a?b=c\n"


def test_style_sheet_is_among_the_static_files_of_the_project(client):
    answer = client.get("/workshop/files").json()
    assert answer["url_for"] == answer["url_of_django"] == "/static/workshop/site.css"
    assert answer["found"] is True
    assert finders.find("links/site.css")
