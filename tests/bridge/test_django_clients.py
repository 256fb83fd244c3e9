"""Django's test tools on Flask views: clients, factories, test cases, assertions, fixtures."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect as django_redirect
from django.template import engines
from django.test import (
    AsyncClient,
    AsyncRequestFactory,
    Client,
    RequestFactory,
    SimpleTestCase,
    TestCase,
    override_settings,
)
from django.urls import path, resolve, reverse

from flaskish import (
    Flask,
    current_app,
    jsonify,
    redirect,
    render_template_string,
    request,
    session,
    url_for,
)

from .conftest import MIDDLEWARE, TEMPLATES, MakeProject

app = Flask("shop", static_folder=None)
app.secret_key = "test key"


@app.route("/")
def index() -> str:
    return render_template_string("Hello {{ name }}", name=request.args.get("name", "you"))


@app.route("/item/<int:number>")
def item(number: int) -> str:
    return f"item {number} at {url_for('item', number=number)}"


@app.post("/buy/<int:number>")
def buy(number: int) -> Any:
    session["bought"] = number
    return redirect(url_for("item", number=number))


@app.route("/api", methods=["GET", "POST"])
def api() -> Any:
    return jsonify(user=str(request.user), sent=request.get_json(silent=True))


@app.post("/upload")
def upload() -> str:
    file = request.files["file"]
    return f"{file.filename} {file.read().decode()} {request.form['title']}"


@app.route("/settings")
def settings_page() -> str:
    from django.conf import settings

    return f"{settings.LANGUAGE_CODE} {current_app.name}"


def to_item(http_request: HttpRequest) -> HttpResponse:
    return django_redirect("shop:item", number=5)


def show_link(http_request: HttpRequest) -> HttpResponse:
    template = engines["django"].from_string("{% url 'shop:item' number=5 %}")
    return HttpResponse(template.render())


urls = ModuleType("clients_urls")
urls.__dict__["urlpatterns"] = [
    path("shop/", app.urls),
    path("to-item/", to_item),
    path("link/", show_link),
]

SETTINGS: dict[str, Any] = {
    "ROOT_URLCONF": urls,
    "MIDDLEWARE": MIDDLEWARE,
    "TEMPLATES": TEMPLATES,
}


@override_settings(**SETTINGS)
class ShopTests(TestCase):
    """What a Django developer writes."""

    def test_page(self) -> None:
        response = self.client.get("/shop/", {"name": "<Ada>"})
        self.assertContains(response, "Hello &lt;Ada&gt;")
        self.assertNotContains(response, "<Ada>")
        assert response.context["name"] == "<Ada>"
        assert response.headers["Content-Type"] == "text/html; charset=utf-8"

    def test_html(self) -> None:
        self.assertHTMLEqual(self.client.get("/shop/").content.decode(), "Hello   you")
        self.assertInHTML("Hello you", self.client.get("/shop/").text)

    def test_redirect(self) -> None:
        response = self.client.post("/shop/buy/5")
        self.assertRedirects(response, "/shop/item/5")
        self.assertRedirects(response, reverse("shop:item", args=[5]))
        assert self.client.session["bought"] == 5

    def test_redirect_of_djangos_side(self) -> None:
        self.assertRedirects(self.client.get("/to-item/"), "/shop/item/5")
        response = self.client.get("/to-item/", follow=True)
        assert response.redirect_chain == [("/shop/item/5", 302)]

    def test_url_tag(self) -> None:
        self.assertContains(self.client.get("/link/"), "/shop/item/5")

    def test_user(self) -> None:
        self.client.force_login(User.objects.create_user("ada"))
        self.assertJSONEqual(self.client.get("/shop/api").text, {"user": "ada", "sent": None})

    def test_number_of_queries(self) -> None:
        with self.assertNumQueries(0):
            self.client.get("/shop/item/5")

    def test_settings(self) -> None:
        with self.settings(LANGUAGE_CODE="de"):
            self.assertContains(self.client.get("/shop/settings"), "de shop")

    async def test_async_client(self) -> None:
        response = await self.async_client.get("/shop/item/5")
        assert response.content == b"item 5 at /shop/item/5"


@override_settings(**SETTINGS)
class MatchTests(SimpleTestCase):
    def test_resolve_knows_the_endpoint(self) -> None:
        match = resolve("/shop/item/5")
        assert (match.view_name, match.kwargs) == ("shop:item", {"number": 5})
        assert match.func.__name__ == "item"

    def test_response_knows_its_match(self) -> None:
        response = self.client.get("/shop/item/5")
        assert response.resolver_match.view_name == "shop:item"
        assert response.wsgi_request.path == "/shop/item/5"


@pytest.fixture
def project(make_project: MakeProject) -> Client:
    return make_project(*urls.urlpatterns)


def test_view_is_called_with_a_request_of_a_factory(project: Client) -> None:
    match = resolve("/shop/item/5")
    response = match.func(RequestFactory().get("/shop/item/5"), **match.kwargs)
    assert response.content == b"item 5 at /shop/item/5"


def test_view_called_directly_takes_its_arguments_rather_than_the_path(project: Client) -> None:
    response = resolve("/shop/item/5").func(RequestFactory().get("/any"), number=7)
    assert response.content.startswith(b"item 7")


def test_view_is_awaited_with_a_request_of_an_async_factory(project: Client) -> None:
    app = Flask("asynchronous")

    @app.route("/<word>")
    async def page(word: str) -> str:
        return f"async {word}"

    async def ask() -> Any:
        view = app.urls[0].urlpatterns[0].resolve("x").func
        return await view(AsyncRequestFactory().get("/any"), word="direct")

    assert async_to_sync(ask)().content == b"async direct"


def test_json_of_both_clients(project: Client) -> None:
    response = project.post("/shop/api", {"a": [1]}, content_type="application/json")
    assert response.json() == {"user": "AnonymousUser", "sent": {"a": [1]}}
    flask_response = app.test_client().post("/api", json={"a": [1]})
    assert flask_response.json == {"user": "AnonymousUser", "sent": {"a": [1]}}


@pytest.mark.django_db
def test_both_clients_share_a_login(project: Client, django_user_model: type[User]) -> None:
    project.force_login(django_user_model.objects.create_user("ada"))
    flask_client = app.test_client()
    flask_client.share_cookies(project)
    answer = flask_client.get("/api").json
    assert answer is not None
    assert answer["user"] == "ada"
    flask_client.post("/buy/5")
    assert project.session["bought"] == 5


def test_file_is_uploaded_as_django_clients_do(project: Client, tmp_path: Any) -> None:
    (tmp_path / "a.txt").write_text("content")
    with (tmp_path / "a.txt").open("rb") as file:
        response = project.post("/shop/upload", {"file": file, "title": "Title"})
    assert response.content == b"a.txt content Title"


def test_exception_of_a_view_reaches_the_client(project: Client) -> None:
    failing = Flask("failing")
    failing.add_url_rule("/", "index", lambda: 1 / 0)
    with (
        override_settings(ROOT_URLCONF=(path("", failing.urls),)),
        pytest.raises(ZeroDivisionError),
    ):
        project.get("/")


@pytest.mark.django_db
def test_fixtures_of_pytest_django(
    project: Client, admin_client: Client, async_client: AsyncClient, rf: RequestFactory
) -> None:
    assert admin_client.get("/shop/api").json()["user"] == "admin"
    assert async_to_sync(async_client.get)("/shop/").status_code == 200
    assert resolve("/shop/").func(rf.get("/shop/")).status_code == 200
