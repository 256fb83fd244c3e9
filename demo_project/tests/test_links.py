"""The link shortener: pages, forms, a JSON API, files, a command.

Flask: the views. Django: the test client, ``call_command``, the ORM.
"""

import csv
import io

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertTemplateUsed

from demo_project.shortener.models import Link


def test_latest_links_are_listed(client, link):
    page = client.get("/links/").text
    assert "https://example.com/a?b=c" in page
    assert "http://testserver/links/abc" in page


def test_app_serves_its_static_file(client):
    response = client.get("/links/static/site.css")
    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/css")
    response.close()


def test_short_link_redirects_and_counts(client, link):
    response = client.get("/links/abc")
    assert response.status_code == 302
    assert response["Location"] == "https://example.com/a?b=c"
    link.refresh_from_db()
    assert link.visits == 1


def test_unknown_link_gets_the_page_of_the_app(client):
    response = client.get("/links/nothing")
    assert response.status_code == 404
    assert "To the links" in response.text


def test_unknown_link_of_the_api_gets_json(client):
    response = client.get("/links/api/links/nothing")
    assert response.status_code == 404
    assert "not found" in response.json()["error"]


@pytest.mark.parametrize("path", ["/links/mine", "/links/new"])
def test_own_pages_need_a_login(client, path):
    response = client.get(path)
    assert response.status_code == 302
    assert response["Location"] == f"/login/?next={path}"


def test_own_links_are_listed(member, link):
    assert "example.com" in member.get("/links/mine").text


def test_form_makes_a_link_and_flashes(member, ada):
    form = {"target": "https://example.com/", "title": "Example", "code": "ex"}
    response = member.post("/links/new", form, follow=True)
    assert response.redirect_chain == [("/links/ex/info", 302)]
    assert "Example now has the short address http://testserver/links/ex." in response.text
    assert Link.objects.get(code="ex").owner == ada


@pytest.mark.parametrize(
    ("form", "problem"),
    [
        ({"target": "javascript:alert(1)"}, "Enter a valid URL."),
        ({"target": ""}, "This field cannot be blank."),
        ({"target": "https://example.com/", "code": "new"}, "This name is taken."),
        ({"target": "https://example.com/", "code": "a b"}, "valid"),
    ],
)
def test_form_shows_what_is_wrong(member, form, problem):
    response = member.post("/links/new", form)
    assert response.status_code == 422
    assert problem in response.text
    assert not Link.objects.exists()


def test_form_without_a_csrf_token_is_refused(ada):
    client = Client(enforce_csrf_checks=True)
    client.force_login(ada)
    assert client.post("/links/new", {"target": "https://example.com/"}).status_code == 403


def test_form_with_its_csrf_token_is_taken(ada):
    client = Client(enforce_csrf_checks=True)
    client.force_login(ada)
    page = client.get("/links/new").text
    token = page.partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]
    form = {"target": "https://example.com/", "csrfmiddlewaretoken": token}
    assert client.post("/links/new", form).status_code == 302


def test_file_of_links_is_imported(member):
    file = io.BytesIO(b"https://example.com/1,One\nhttps://example.com/2\n\nnothing\n")
    file.name = "links.csv"
    response = member.post("/links/import", {"file": file}, follow=True)
    assert "2 of 3 addresses became links." in response.text
    assert set(Link.objects.values_list("title", flat=True)) == {"One", ""}


def test_file_of_links_is_imported_on_the_command_line(tmp_path):
    file = tmp_path / "links.csv"
    file.write_text("https://example.com/1,One\nnothing\n")
    out, err = io.StringIO(), io.StringIO()
    call_command("flask", "--app", "links", "import", str(file), stdout=out, stderr=err)
    link = Link.objects.get()
    assert out.getvalue() == f"https://example.com/1 is /links/{link.code}\n"
    assert "nothing is no link" in err.getvalue()


def test_app_is_styled_by_the_collected_file(client):
    assert 'href="/static/links/site.css"' in client.get("/links/").text


def test_file_that_is_not_text_is_refused(member):
    file = io.BytesIO(b"\xff\xfe\x00")
    file.name = "picture.png"
    response = member.post("/links/import", {"file": file}, follow=True)
    assert "is not a CSV file" in response.text


def test_import_without_a_file_is_a_bad_request(member):
    assert member.post("/links/import").status_code == 400


def test_page_of_a_link_offers_deletion_to_its_owner_only(member, link, django_user_model):
    assert "Delete" in member.get("/links/abc/info").text
    member.force_login(django_user_model.objects.create_user("grace"))
    assert "Delete" not in member.get("/links/abc/info").text


def test_owner_deletes_a_link(member, link):
    response = member.post("/links/abc/delete", follow=True)
    assert "is gone." in response.text
    assert not Link.objects.exists()


def test_others_do_not_delete_a_link(client, link, django_user_model):
    client.force_login(django_user_model.objects.create_user("grace"))
    assert client.post("/links/abc/delete").status_code == 403
    assert Link.objects.exists()


def test_api_lists_and_shows(client, link):
    (listed,) = client.get("/links/api/links").json()
    assert listed["short_url"] == "http://testserver/links/abc"
    assert client.get("/links/api/links/abc").json() == listed


def test_api_makes_a_link(member):
    body = {"target": "https://example.com/", "code": "ex"}
    response = member.post("/links/api/links", body, content_type="application/json")
    assert response.status_code == 201
    assert response["Location"] == "/links/api/links/ex"


@pytest.mark.parametrize(
    ("body", "status"), [("{", 400), ("[]", 422), ('{"target": null}', 422), ("{}", 422)]
)
def test_api_refuses_bad_input(member, body, status):
    response = member.post("/links/api/links", body, content_type="application/json")
    assert response.status_code == status


def test_api_needs_a_login(client):
    response = client.post("/links/api/links", "{}", content_type="application/json")
    assert response.status_code == 401
    assert response.json() == {"error": "Log in first."}


def test_api_imports_a_list(member):
    body = ["https://example.com/1", "https://example.com/2"]
    response = member.post("/links/api/links/import", body, content_type="application/json")
    assert response.status_code == 201
    assert {link["target"] for link in response.json()} == set(body)
    assert Link.objects.count() == 2


def test_api_takes_back_a_list_with_an_error(member):
    body = ["https://example.com/1", "nothing"]
    response = member.post("/links/api/links/import", body, content_type="application/json")
    assert response.status_code == 422
    assert response.json() == {"error": "'nothing' does not become a link, so none did."}
    assert not Link.objects.exists()


@pytest.mark.parametrize(("user", "status"), [("client", 401), ("member", 422)])
def test_api_imports_lists_of_users_only(request, user, status):
    client = request.getfixturevalue(user)
    response = client.post("/links/api/links/import", "{}", content_type="application/json")
    assert response.status_code == status


def test_file_that_breaks_off_makes_no_links(tmp_path):
    file = tmp_path / "links.csv"
    file.write_text("https://example.com/1,One\n" + "x" * (csv.field_size_limit() + 1))
    with pytest.raises(csv.Error):
        call_command("flask", "--app", "links", "import", str(file), stdout=io.StringIO())
    assert not Link.objects.exists()


def test_links_of_a_year_are_a_view_of_django_inside_the_app(client, link):
    path = reverse("links:year", kwargs={"year": link.created.year})
    assert path == f"/links/archive/{link.created.year}/"
    assert f'href="{path}"' in client.get("/links/abc/info").text
    response = client.get(path)
    assertTemplateUsed(response, "shortener/link_archive_year.html")
    assert 'href="/links/abc/info"' in response.text


def test_year_without_links_is_not_found_by_the_app(client):
    response = client.get("/links/archive/1999/")
    assert response.status_code == 404
    assertTemplateUsed(response, "links/error.html")


def test_method_that_no_rule_has_is_answered_by_the_app(client):
    response = client.delete("/links/api/links")
    assert response.status_code == 405
    assert response.json() == {"error": "The method is not allowed for the requested URL."}


def test_link_knows_its_page(link):
    assert link.get_absolute_url() == "/links/abc/info"


def test_links_are_found_by_their_title(client, link):
    Link.objects.create(target="https://example.com/", title="The sea")
    page = client.get("/links/?title=SEA").text
    assert "The sea" in page
    assert "/links/abc" not in page
    assert "No such links." in client.get("/links/?title=nothing").text


def test_links_of_a_user_are_streamed_as_a_file(member, link):
    response = member.get("/links/links.csv")
    assert response.streaming
    assert (response["Content-Type"], response.getvalue()) == (
        "text/csv; charset=utf-8",
        b"https://example.com/a?b=c,\r\n",
    )


def test_request_with_json_needs_the_token_in_a_header(ada, link):
    client = Client(enforce_csrf_checks=True)
    client.force_login(ada)
    page = client.get("/links/abc/info").text
    token = page.partition('"X-CSRFToken": "')[2].partition('"')[0]
    path, body = "/links/api/links/abc/title", {"content_type": "application/json"}
    assert client.put(path, '"The sea"', **body).status_code == 403
    response = client.put(path, '"The sea"', **body, headers={"X-CSRFToken": token})
    assert response.json()["title"] == "The sea"


def test_link_is_renamed_by_its_owner_only(client, link):
    response = client.put("/links/api/links/abc/title", '"Mine"', content_type="application/json")
    assert response.status_code == 403
