"""Tests of the demo project, as a Django developer writes them.

Flask: the applications are requested through the project. Django: the test client.
"""

import csv
import hashlib
import hmac
import io
import json

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertRedirects, assertTemplateUsed

from demo_project.shortener.models import Link

pytestmark = pytest.mark.django_db


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


def text_of(response):
    return response.content.decode()


def signed(body):
    digest = hmac.new(b"demo-hook-secret", body, hashlib.sha256).hexdigest()
    return {"X-Signature": f"sha256={digest}"}


def test_home_is_a_django_view_with_links_to_the_mounted_apps(client, link):
    page = text_of(client.get("/"))
    assert 'href="/links/"' in page
    assert 'href="/hooks/"' in page
    assert 'href="/hello/"' in page
    assert 'href="/links/abc"' in page


def test_reverse_knows_the_endpoints_of_the_apps():
    assert reverse("links:show", kwargs={"code": "abc"}) == "/links/abc/info"
    assert reverse("hello:index") == "/hello/"


def test_hello_greets(client):
    assert 'href="/hello/Ada"' in text_of(client.get("/hello/"))
    assert client.get("/hello/Grace").json() == {"hello": "Grace"}


def test_latest_links_are_listed(client, link):
    page = text_of(client.get("/links/"))
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
    assert "To the links" in text_of(response)


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
    assert "example.com" in text_of(member.get("/links/mine"))


def test_login_page_logs_in_and_leads_back(client, ada):
    assert 'name="username"' in text_of(client.get("/login/?next=/links/new"))
    form = {"username": "ada", "password": "ada", "next": "/links/new"}
    response = client.post("/login/", form, follow=True)
    assert response.redirect_chain == [("/links/new", 302)]
    assert "ada" in text_of(response)


def test_form_makes_a_link_and_flashes(member, ada):
    form = {"target": "https://example.com/", "title": "Example", "code": "ex"}
    response = member.post("/links/new", form, follow=True)
    assert response.redirect_chain == [("/links/ex/info", 302)]
    assert "Example now has the short address http://testserver/links/ex." in text_of(response)
    assert Link.objects.get(code="ex").owner == ada


def test_flashed_message_reaches_a_django_page(member):
    member.post("/links/new", {"target": "https://example.com/", "title": "Example"})
    assert "Example now has the short address" in text_of(member.get("/"))


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
    assert problem in text_of(response)
    assert not Link.objects.exists()


def test_form_without_a_csrf_token_is_refused(ada):
    client = Client(enforce_csrf_checks=True)
    client.force_login(ada)
    assert client.post("/links/new", {"target": "https://example.com/"}).status_code == 403


def test_form_with_its_csrf_token_is_taken(ada):
    client = Client(enforce_csrf_checks=True)
    client.force_login(ada)
    page = text_of(client.get("/links/new"))
    token = page.partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]
    form = {"target": "https://example.com/", "csrfmiddlewaretoken": token}
    assert client.post("/links/new", form).status_code == 302


def test_file_of_links_is_imported(member):
    file = io.BytesIO(b"https://example.com/1,One\nhttps://example.com/2\n\nnothing\n")
    file.name = "links.csv"
    response = member.post("/links/import", {"file": file}, follow=True)
    assert "2 of 3 addresses became links." in text_of(response)
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
    assert 'href="/static/links/site.css"' in text_of(client.get("/links/"))


def test_file_that_is_not_text_is_refused(member):
    file = io.BytesIO(b"\xff\xfe\x00")
    file.name = "picture.png"
    response = member.post("/links/import", {"file": file}, follow=True)
    assert "is not a CSV file" in text_of(response)


def test_import_without_a_file_is_a_bad_request(member):
    assert member.post("/links/import").status_code == 400


def test_page_of_a_link_offers_deletion_to_its_owner_only(member, link, django_user_model):
    assert "Delete" in text_of(member.get("/links/abc/info"))
    member.force_login(django_user_model.objects.create_user("grace"))
    assert "Delete" not in text_of(member.get("/links/abc/info"))


def test_owner_deletes_a_link(member, link):
    response = member.post("/links/abc/delete", follow=True)
    assert "is gone." in text_of(response)
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
    assert f'href="{path}"' in text_of(client.get("/links/abc/info"))
    response = client.get(path)
    assertTemplateUsed(response, "shortener/link_archive_year.html")
    assert 'href="/links/abc/info"' in text_of(response)


def test_year_without_links_is_not_found_by_the_app(client):
    response = client.get("/links/archive/1999/")
    assert response.status_code == 404
    assertTemplateUsed(response, "links/error.html")


def test_method_that_no_rule_has_is_answered_by_the_app(client):
    response = client.delete("/links/api/links")
    assert response.status_code == 405
    assert response.json() == {"error": "The method is not allowed for the requested URL."}


def test_hook_describes_itself(client):
    assert client.get("/hooks/").json()["POST"] == "http://testserver/hooks/shorten"


def test_signed_hook_makes_a_link_without_a_csrf_token():
    body = json.dumps({"target": "https://example.com/"}).encode()
    response = Client(enforce_csrf_checks=True).post(
        "/hooks/shorten", body, content_type="application/json", headers=signed(body)
    )
    assert response.status_code == 201
    code = Link.objects.get().code
    assert response.json() == {"short_url": f"http://testserver/links/{code}"}


def test_hook_without_a_signature_is_refused(client):
    response = client.post("/hooks/shorten", "{}", content_type="application/json")
    assert response.status_code == 401
    assert response.json() == {"error": "The signature is missing or wrong."}


@pytest.mark.parametrize(
    ("body", "status"), [(b"{", 400), (b"[]", 422), (b'{"target": "ftp://example.com/"}', 422)]
)
def test_hook_refuses_bad_input(client, body, status):
    response = client.post(
        "/hooks/shorten", body, content_type="application/json", headers=signed(body)
    )
    assert response.status_code == status
    assert response.json()["error"]


def test_admin_lists_the_links(admin_client, link):
    assert "https://example.com/a?b=c" in text_of(admin_client.get("/admin/shortener/link/"))


def test_log_out_leads_home(member):
    assert member.post("/logout/")["Location"] == "/"


def test_django_view_renders_a_page_of_an_app(client, link):
    response = client.get("/popular/")
    assertTemplateUsed(response, "links/index.html")
    assert 'href="/links/abc/info"' in text_of(response)


def test_django_view_redirects_to_an_endpoint(client):
    assertRedirects(client.get("/surprise/"), "/links/")


def test_django_view_redirects_to_the_page_of_a_link(client, link):
    assertRedirects(client.get("/surprise/"), "/links/abc/info")


def test_link_knows_its_page(link):
    assert link.get_absolute_url() == "/links/abc/info"


def test_question_is_mailed_thanked_for_and_remembered(client, mailoutbox):
    form = {"email": "ada@example.com", "text": "Why?"}
    page = text_of(client.post("/desk/", form, follow=True))
    assert "Thank you. We will answer soon." in page
    assert "The answer goes to ada@example.com." in page
    assert mailoutbox[0].body == "Why?"
    assert client.session["asked"][0] == "ada@example.com"


def test_question_that_lacks_something_is_shown_again(client, mailoutbox):
    response = client.post("/desk/", {"email": '"><b>', "text": ""})
    assert response.status_code == 422
    assert "Enter a valid email address." in text_of(response)
    assert 'value="&quot;&gt;&lt;b&gt;"' in text_of(response)
    assert not mailoutbox


def test_status_is_counted_once_a_minute(client, link):
    first = client.get("/desk/status").json()
    Link.objects.all().delete()
    assert client.get("/desk/status").json() == first
    assert first["links"] == 1


def test_untitled_links_are_for_those_who_may_change_them(client, admin_client, link):
    response = client.get("/desk/untitled")
    assert response.status_code == 403
    assert "To the help desk" in text_of(response)
    response = admin_client.get("/desk/untitled")
    assertTemplateUsed(response, "untitled.html")
    assert "Give it one" in text_of(response)


def test_password_is_changed_by_a_view_of_django(client, member):
    assert 'name="old_password"' in text_of(member.get("/desk/password"))
    form = {"old_password": "ada", "new_password1": "x7-Kq.long", "new_password2": "x7-Kq.long"}
    assert member.post("/desk/password", form)["Location"] == "/"


def test_refused_form_is_answered_by_its_app_and_says_what_to_do():
    response = Client(enforce_csrf_checks=True).post("/desk/", {"text": "Why?"})
    assert response.status_code == 403
    assert "To the help desk" in text_of(response)


def test_demo_data_is_loaded_once(client, capsys):
    call_command("load_demo_data")
    call_command("load_demo_data")
    assert "http://127.0.0.1:8000/links/" in capsys.readouterr().out
    assert Link.objects.count() == 3
    assert client.login(username="demo", password="demo")
