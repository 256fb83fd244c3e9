"""The help desk: a form of Django's, mail, the cache, permissions, pages of both languages.

Flask: the views. Django: the test client, ``assertTemplateUsed``.
"""

from django.test import Client
from pytest_django.asserts import assertTemplateUsed

from demo_project.shortener.models import Link


def test_question_is_mailed_thanked_for_and_remembered(client, mailoutbox):
    form = {"email": "ada@example.com", "text": "Why?"}
    page = client.post("/desk/", form, follow=True).text
    assert "Thank you. We will answer soon." in page
    assert "The answer goes to ada@example.com." in page
    assert mailoutbox[0].body == "Why?"
    assert client.session["asked"][0] == "ada@example.com"


def test_question_that_lacks_something_is_shown_again(client, mailoutbox):
    response = client.post("/desk/", {"email": '"><b>', "text": ""})
    assert response.status_code == 422
    assert "Enter a valid email address." in response.text
    assert 'value="&quot;&gt;&lt;b&gt;"' in response.text
    assert not mailoutbox


def test_status_is_counted_once_a_minute(client, link):
    first = client.get("/desk/status").json()
    Link.objects.all().delete()
    assert client.get("/desk/status").json() == first
    assert first["links"] == 1


def test_untitled_links_are_for_those_who_may_change_them(client, admin_client, link):
    response = client.get("/desk/untitled")
    assert response.status_code == 403
    assert "To the help desk" in response.text
    response = admin_client.get("/desk/untitled")
    assertTemplateUsed(response, "untitled.html")
    assertTemplateUsed(response, "admin/base_site.html")
    assert "Give it one" in response.text


def test_password_is_changed_by_a_view_of_django(client, member):
    assert 'name="old_password"' in member.get("/desk/password").text
    form = {"old_password": "ada", "new_password1": "x7-Kq.long", "new_password2": "x7-Kq.long"}
    assert member.post("/desk/password", form)["Location"] == "/"


def test_refused_form_is_answered_by_its_app_and_says_what_to_do():
    response = Client(enforce_csrf_checks=True).post("/desk/", {"text": "Why?"})
    assert response.status_code == 403
    assert "To the help desk" in response.text


def test_pages_of_both_languages_have_the_values_of_the_context_processor(client, admin_client):
    for page in (client.get("/desk/"), admin_client.get("/desk/untitled")):
        assert "We answer on weekdays from 9 to 17." in page.text
