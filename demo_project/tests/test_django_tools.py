"""Django's test tools on views of Flask, and both test clients side by side.

Flask: ``app.test_client()``. Django: ``TestCase``, ``RequestFactory``, ``LiveServerTestCase``, ….
"""

from urllib.request import urlopen

from django.contrib.auth.models import User
from django.test import LiveServerTestCase, TestCase, override_settings
from django.urls import resolve

from demo_project.shortener.models import Link


class LinkTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.ada = User.objects.create_user("ada")
        cls.link = Link.objects.create(code="abc", target="https://example.com/", owner=cls.ada)

    def test_page_is_made_of_a_template_with_values(self):
        response = self.client.get("/links/abc/info")
        self.assertTemplateUsed(response, "links/show.html")
        self.assertContains(response, "<dd>https://example.com/</dd>", html=True)
        assert response.context["link"] == self.link

    def test_page_for_members_redirects_to_the_login(self):
        self.assertRedirects(self.client.get("/links/mine"), "/login/?next=/links/mine")

    def test_page_costs_few_queries(self):
        # Two open and close the request's savepoint.
        with self.assertNumQueries(3):
            self.client.get("/links/api/links/abc")

    def test_setting_may_be_another_in_a_test(self):
        with override_settings(SHORTENER_HOOK_SECRET="another"):
            response = self.client.post("/hooks/shorten", {}, content_type="application/json")
        assert response.json() == {"error": "The signature is missing or wrong."}

    async def test_async_client_asks_as_well(self):
        response = await self.async_client.get("/links/api/links/abc")
        assert response.json()["code"] == "abc"


class PageTests(LiveServerTestCase):
    def test_page_is_served_to_other_programs(self):
        Link.objects.create(code="abc", target="https://example.com/")
        with urlopen(f"{self.live_server_url}/links/api/links/abc") as response:
            assert b'"code":"abc"' in response.read()


def test_view_is_called_with_a_request_of_a_factory(rf, link):
    match = resolve("/links/api/links/abc")
    response = match.func(rf.get("/links/api/links/abc"), **match.kwargs)
    assert b'"code":"abc"' in response.content


def test_clients_of_both_sides_share_a_login(member, link):
    from demo_project.links import app

    flask_client = app.test_client()
    flask_client.share_cookies(member)
    answer = flask_client.post("/api/links", json={"target": "https://example.com/2"})
    assert answer.json["target"] == "https://example.com/2"
    seen = member.get(f"/links/api/links/{answer.json['code']}").json()
    assert seen["created"] == answer.json["created"]


def test_fixtures_of_pytest_django_are_as_good(admin_client, django_assert_max_num_queries):
    with django_assert_max_num_queries(6):
        assert admin_client.get("/links/mine").status_code == 200
