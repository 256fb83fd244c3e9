"""Mounted applications: paths, names and errors inside a project's URLconf."""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest
from django.core.management import call_command
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect as django_redirect
from django.template import Context, Engine
from django.test import Client, override_settings
from django.urls import NoReverseMatch, clear_url_caches, include, path, resolve, reverse
from django.views.decorators.csrf import csrf_exempt

from flaskish import Blueprint, Flask, abort, redirect, request, url_for
from flaskish.werkzeug.routing import IntegerConverter


def native(http_request: HttpRequest) -> HttpResponse:
    return HttpResponse("native")


@pytest.fixture
def shop() -> Flask:
    shop = Flask("project.shop", static_folder=None)
    shop.config["SECRET_KEY"] = "k"

    @shop.route("/")
    def index() -> str:
        return f"{request.script_root} {request.path} {url_for('item', number=5)}"

    @shop.route("/item/<int:number>/")
    def item(number: int) -> str:
        return f"item {number}"

    @shop.route("/pay", methods=["POST"])
    @csrf_exempt
    def pay() -> str:
        return request.form["amount"]

    @shop.route("/gone")
    def gone() -> str:
        abort(410)

    return shop


@pytest.fixture
def project(shop: Flask) -> Iterator[ModuleType]:
    urls = ModuleType("project_urls")
    urls.urlpatterns = [
        path("shop/", shop.urls),
        path("<slug:tenant>/again/", include(shop.urls[:2], namespace="again")),
        path("admin/", include(([path("", native, name="index")], "admin"))),
        path("", include(shop.urlpatterns)),
        path("last", native),
    ]
    with override_settings(ROOT_URLCONF=urls):
        clear_url_caches()
        yield urls
    clear_url_caches()


@pytest.mark.usefixtures("project")
class TestMounted:
    def test_prefix_is_the_script_root(self, client: object) -> None:
        assert Client().get("/shop/").content == b"/shop / /shop/item/5/"

    def test_prefix_with_a_variable(self) -> None:
        assert Client().get("/acme/again/").content == b"/acme/again / /acme/again/item/5/"

    def test_unmatched_path_is_the_apps(self, shop: Flask) -> None:
        shop.register_error_handler(404, lambda e: ("shop has no such page", 404))
        response = Client().get("/shop/nothing")
        assert (response.status_code, response.content) == (404, b"shop has no such page")

    def test_wrong_method_is_the_apps(self) -> None:
        response = Client().delete("/shop/item/1/")
        assert response.status_code == 405
        assert set(response["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}

    def test_missing_slash_redirects_under_the_prefix(self) -> None:
        response = Client().get("/shop/item/1")
        assert response.status_code == 308
        assert response["Location"] == "http://testserver/shop/item/1/"

    def test_included_app_answers_and_falls_through(self) -> None:
        assert Client().get("/item/3/").content == b"item 3"
        assert Client().get("/last").content == b"native"

    def test_reverse_and_resolve_find_endpoints(self) -> None:
        assert reverse("shop:item", kwargs={"number": 3}) == "/shop/item/3/"
        assert reverse("again:item", kwargs={"tenant": "x", "number": 3}) == "/x/again/item/3/"
        match = resolve("/shop/item/3/")
        assert (match.view_name, match.kwargs) == ("shop:item", {"number": 3})
        assert match.route == "shop/item/<int:number>/"
        with pytest.raises(NoReverseMatch):
            reverse("shop:nothing")

    def test_url_for_without_a_request(self, shop: Flask) -> None:
        with shop.app_context():
            assert url_for("item", number=1) == "/shop/item/1/"

    def test_error_without_handler_reaches_django(self, shop: Flask) -> None:
        shop.add_url_rule("/fail", "fail", lambda: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            Client().get("/shop/fail")

    def test_error_with_handler_stays_in_the_app(self, shop: Flask) -> None:
        shop.add_url_rule("/fail", "fail", lambda: 1 / 0)
        shop.register_error_handler(500, lambda e: ("sorry", 500))
        client = Client(raise_request_exception=False)
        assert client.get("/shop/fail").content == b"sorry"

    def test_aborts_answer(self) -> None:
        assert Client().get("/shop/gone").status_code == 410

    def test_checks_pass(self) -> None:
        call_command("check")

    def test_csrf_exempt_is_seen(self) -> None:
        with override_settings(MIDDLEWARE=["django.middleware.csrf.CsrfViewMiddleware"]):
            strict = Client(enforce_csrf_checks=True)
            assert strict.post("/shop/pay", {"amount": "3"}).content == b"3"

    def test_csrf_is_enforced(self, shop: Flask) -> None:
        shop.add_url_rule("/post", "post", lambda: "ok", methods=["POST"])
        with override_settings(MIDDLEWARE=["django.middleware.csrf.CsrfViewMiddleware"]):
            assert Client(enforce_csrf_checks=True).post("/shop/post").status_code == 403

    def test_form_read_by_middleware_first(self, shop: Flask) -> None:
        shop.add_url_rule("/form", "form", lambda: request.form["a"], methods=["POST"])
        with override_settings(MIDDLEWARE=["django.middleware.csrf.CsrfViewMiddleware"]):
            assert Client().post("/shop/form", {"a": "1"}).content == b"1"

    def test_redirect_is_relative(self, shop: Flask) -> None:
        shop.add_url_rule("/away", "away", lambda: redirect(url_for("item", number=1)))
        assert Client().get("/shop/away")["Location"] == "/shop/item/1/"


class Item:
    def get_absolute_url(self) -> str:
        return reverse("shop:item", kwargs={"number": 3})


@pytest.mark.usefixtures("project")
def test_object_leads_to_the_endpoint_that_shows_it(shop: Flask) -> None:
    shop.add_url_rule("/latest", "latest", lambda: django_redirect(Item()))
    assert Client().get("/shop/latest")["Location"] == "/shop/item/3/"
    page = Engine().from_string("{{ item.get_absolute_url }}")
    assert page.render(Context({"item": Item()})) == "/shop/item/3/"


def test_blueprint_endpoints_are_reversed(shop: Flask) -> None:
    blueprint = Blueprint("cart", __name__)
    blueprint.add_url_rule("/<path:rest>", "show", lambda rest: rest)
    shop.register_blueprint(blueprint, url_prefix="/cart")
    urls = ModuleType("urls")
    urls.urlpatterns = [path("shop/", shop.urls)]
    with override_settings(ROOT_URLCONF=urls):
        assert reverse("shop:cart.show", kwargs={"rest": "a/b c"}) == "/shop/cart/a/b%20c"


def test_django_urls_inside_an_app(shop: Flask) -> None:
    inner = [path("", native, name="home"), path("<int:pk>/", lambda r, pk: HttpResponse(pk))]
    shop.include("native/", (inner, "inner"))
    urls = ModuleType("urls")
    urls.urlpatterns = [path("shop/", shop.urls)]
    with override_settings(ROOT_URLCONF=urls):
        assert Client().get("/shop/native/").content == b"native"
        assert Client().get("/shop/native/7/").content == b"7"
        assert Client().get("/shop/native/x/").status_code == 404
        assert reverse("shop:inner:home") == "/shop/native/"


@pytest.fixture
def with_inner(shop: Flask) -> Iterator[Flask]:
    """An application with URLs of Django's inside, mounted in a project."""

    @csrf_exempt
    def hook(http_request: HttpRequest, pk: int) -> HttpResponse:
        return HttpResponse(f"{http_request.method} {pk}")

    shop.include("native/", ([path("<int:pk>/", hook, name="hook"), path("", native)], "inner"))
    urls = ModuleType("urls")
    urls.__dict__["urlpatterns"] = [path("shop/", shop.urls)]
    with override_settings(ROOT_URLCONF=urls):
        clear_url_caches()
        yield shop
    clear_url_caches()


@pytest.mark.usefixtures("with_inner")
class TestDjangoInside:
    def test_names_resolve_as_they_reverse(self) -> None:
        match = resolve(reverse("shop:inner:hook", kwargs={"pk": 3}))
        assert (match.view_name, match.kwargs) == ("shop:inner:hook", {"pk": 3})
        assert match.route == "shop/native/<int:pk>/"
        assert match._func_path == f"{__name__}.hook"

    def test_marks_of_the_view_count(self) -> None:
        with override_settings(MIDDLEWARE=["django.middleware.csrf.CsrfViewMiddleware"]):
            strict = Client(enforce_csrf_checks=True)
            assert strict.post("/shop/native/3/").content == b"POST 3"
            assert strict.post("/shop/native/").status_code == 403

    def test_unknown_path_is_the_apps(self, with_inner: Flask) -> None:
        with_inner.register_error_handler(404, lambda error: ("shop has no such page", 404))
        assert Client().get("/shop/native/x/y/").content == b"shop has no such page"

    def test_hooks_of_the_app_run_around_the_view(self, with_inner: Flask) -> None:
        with_inner.before_request(lambda: "stopped" if "stop" in request.args else None)
        assert Client().get("/shop/native/3/").content == b"GET 3"
        assert Client().get("/shop/native/3/?stop").content == b"stopped"


class CountingConverter(IntegerConverter):
    """Counts how often it is asked for a value."""

    calls = 0

    def to_python(self, value: str) -> int:
        type(self).calls += 1
        return super().to_python(value)


def test_rule_of_a_mounted_request_is_looked_up_once(shop: Flask, project: ModuleType) -> None:
    shop.url_map.converters["counted"] = CountingConverter
    shop.add_url_rule("/counted/<counted:number>", "counted", lambda number: str(number))
    CountingConverter.calls = 0
    assert Client().get("/shop/counted/7").content == b"7"
    assert CountingConverter.calls == 1


def test_rule_is_looked_up_again_for_the_method(shop: Flask, project: ModuleType) -> None:
    shop.add_url_rule("/both", "read", lambda: "read", methods=["GET"])
    shop.add_url_rule("/both", "write", csrf_exempt(lambda: "write"), methods=["POST"])
    assert Client().get("/shop/both").content == b"read"
    assert Client().post("/shop/both").content == b"write"


def test_marks_are_those_that_the_view_function_has_now(shop: Flask, project: ModuleType) -> None:
    assert not hasattr(resolve("/shop/gone").func, "csrf_exempt")
    shop.view_functions["gone"].__dict__["csrf_exempt"] = True
    assert hasattr(resolve("/shop/gone").func, "csrf_exempt")
    shop.view_functions["gone"] = lambda: "replaced"
    assert not hasattr(resolve("/shop/gone").func, "csrf_exempt")


def test_marks_of_the_class_of_a_callable_object_are_seen(shop: Flask, project: ModuleType) -> None:
    class Hook:
        csrf_exempt = True

        def __call__(self) -> str:
            return "hook"

    shop.add_url_rule("/hook", "hook", Hook())
    assert hasattr(resolve("/shop/hook").func, "csrf_exempt")


def test_marks_of_a_bound_method_are_seen(shop: Flask, project: ModuleType) -> None:
    class Hooks:
        @csrf_exempt
        def take(self) -> str:
            return "taken"

    method = Hooks().take
    shop.add_url_rule("/hook", "hook", method)
    assert hasattr(resolve("/shop/hook").func, "csrf_exempt")


def test_marks_on_a_django_view_stay_off_the_view_function(
    shop: Flask, project: ModuleType
) -> None:
    view: object = resolve("/shop/gone").func
    view.__dict__["mark"] = True
    assert not hasattr(shop.view_functions["gone"], "mark")


def test_included_patterns_in_the_place_of_mounted_urls_are_refused(shop: Flask) -> None:
    patterns: Any = shop.urlpatterns
    with pytest.raises(TypeError, match=r"a list/tuple in the case of include\(\)"):
        path("shop/", patterns)


def test_included_patterns_can_be_part_of_a_list(shop: Flask) -> None:
    resolver = shop.urlpatterns[0]
    urlpatterns: list[Any] = [1]
    urlpatterns += shop.urlpatterns
    native = [2]
    assert urlpatterns == [1, resolver]
    assert native + shop.urlpatterns == [2, resolver]
    assert shop.urlpatterns + native == [resolver, 2]
    assert len(shop.urlpatterns) == 1
