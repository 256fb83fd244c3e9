"""The project around the applications: home, login, admin, and names both ways.

Flask: the smallest application. Django: views, ``reverse``, ``redirect``, ``assertRedirects``.
"""

from django.core.management import call_command
from django.urls import reverse
from pytest_django.asserts import (
    assertContains,
    assertNotContains,
    assertRedirects,
    assertTemplateUsed,
)

from demo_project.shortener.models import Link


def test_home_is_a_django_view_with_links_to_the_mounted_apps(client, link):
    page = client.get("/").text
    assert 'href="/links/"' in page
    assert 'href="/hooks/"' in page
    assert 'href="/hello/"' in page
    assert 'href="/links/abc"' in page


def test_reverse_knows_the_endpoints_of_the_apps():
    assert reverse("links:show", kwargs={"code": "abc"}) == "/links/abc/info"
    assert reverse("hello:index") == "/hello/"


def test_hello_greets(client):
    assert 'href="/hello/Ada"' in client.get("/hello/").text
    assert client.get("/hello/Grace").json() == {"hello": "Grace"}


def test_login_page_logs_in_and_leads_back(client, ada):
    assert 'name="username"' in client.get("/login/?next=/links/new").text
    form = {"username": "ada", "password": "ada", "next": "/links/new"}
    response = client.post("/login/", form, follow=True)
    assert response.redirect_chain == [("/links/new", 302)]
    assert "ada" in response.text


def test_flashed_message_reaches_a_django_page(member):
    member.post("/links/new", {"target": "https://example.com/", "title": "Example"})
    assert "Example now has the short address" in member.get("/").text


def test_admin_lists_the_links(admin_client, link):
    assert "https://example.com/a?b=c" in admin_client.get("/admin/shortener/link/").text


def test_log_out_leads_home(member):
    assert member.post("/logout/")["Location"] == "/"


def test_django_view_renders_a_page_of_an_app(client, link):
    response = client.get("/popular/")
    assertTemplateUsed(response, "links/index.html")
    assert 'href="/links/abc/info"' in response.text


def test_django_view_redirects_to_an_endpoint(client):
    assertRedirects(client.get("/surprise/"), "/links/")


def test_django_view_redirects_to_the_page_of_a_link(client, link):
    assertRedirects(client.get("/surprise/"), "/links/abc/info")


def test_demo_data_is_loaded_once(client, capsys):
    call_command("load_demo_data")
    call_command("load_demo_data")
    assert "http://127.0.0.1:8000/links/" in capsys.readouterr().out
    assert Link.objects.count() == 3
    assert client.login(username="demo", password="demo")


def test_django_view_finds_in_the_session_what_a_flask_view_put_there(client, link):
    assertNotContains(client.get("/"), "You looked at")
    client.get("/links/abc/info")
    assertContains(client.get("/"), "You looked at")
    assertContains(client.get("/"), 'href="/links/abc/info"')


def test_message_of_a_django_view_is_flashed_by_a_flask_view(client, link):
    response = client.get("/surprise/", follow=True)
    assertTemplateUsed(response, "links/show.html")
    assertContains(response, '<p class="message info">Chance chose this page.</p>', html=True)
