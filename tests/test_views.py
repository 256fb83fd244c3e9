"""Class-based views.

Flask: Class-based Views.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from flaskish import Blueprint, Flask, url_for
from flaskish.testing import FlaskClient
from flaskish.views import MethodView, View


def methods_of(app: Flask, endpoint: str = "index") -> set[str]:
    (rule,) = app.url_map.iter_rules(endpoint)
    return set(rule.methods or ())


def test_view_gets_arguments_of_the_class_and_of_the_rule(app: Flask, client: FlaskClient) -> None:
    class Detail(View):
        def __init__(self, model: str) -> None:
            self.model = model

        def dispatch_request(self, id: int) -> str:  # type: ignore[override]
            return f"{self.model} {id}"

    app.add_url_rule("/users/<int:id>", view_func=Detail.as_view("user_detail", "User"))
    assert client.get("/users/3").data == b"User 3"
    with app.test_request_context():
        assert url_for("user_detail", id=4) == "/users/4"


def test_view_function_knows_its_class() -> None:
    class Index(View):
        """The first page."""

    view: Any = Index.as_view("index")
    assert (view.__name__, view.__doc__, view.view_class) == ("index", "The first page.", Index)
    assert view.__module__ == __name__


def test_each_request_has_an_instance(app: Flask, client: FlaskClient) -> None:
    class Counter(View):
        def __init__(self) -> None:
            self.count = 0

        def dispatch_request(self) -> str:
            self.count += 1
            return str(self.count)

    class Shared(Counter):
        init_every_request = False

    app.add_url_rule("/", view_func=Counter.as_view("index"))
    app.add_url_rule("/shared", view_func=Shared.as_view("shared"))
    assert [client.get("/").data for _ in range(2)] == [b"1", b"1"]
    assert [client.get("/shared").data for _ in range(2)] == [b"1", b"2"]


def test_decorators_apply_to_the_view_function_first_one_first(
    app: Flask, client: FlaskClient
) -> None:
    def mark(text: str) -> Callable[[Callable[..., str]], Callable[..., str]]:
        def decorator(view: Callable[..., str]) -> Callable[..., str]:
            return lambda: f"{text}({view()})"

        return decorator

    class Index(View):
        decorators = [mark("inner"), mark("outer")]

        def dispatch_request(self) -> str:
            return "view"

    view = Index.as_view("index")
    assert (view.__name__, view.__module__) == ("index", __name__)
    app.add_url_rule("/", view_func=view)
    assert client.get("/").data == b"outer(inner(view))"


def test_methods_of_the_class_are_those_of_the_rule(app: Flask, client: FlaskClient) -> None:
    class Index(View):
        methods = ["GET", "POST"]

        def dispatch_request(self) -> str:
            return "view"

    app.add_url_rule("/", view_func=Index.as_view("index"))
    assert methods_of(app) == {"GET", "HEAD", "OPTIONS", "POST"}
    assert client.post("/").data == b"view"
    assert client.put("/").status_code == 405


def test_automatic_options_can_be_refused(app: Flask, client: FlaskClient) -> None:
    class Index(View):
        provide_automatic_options = False

        def dispatch_request(self) -> str:
            return "view"

    app.add_url_rule("/", view_func=Index.as_view("index"))
    assert client.options("/").status_code == 405


class Item(MethodView):
    def get(self, id: int | None = None) -> str:
        return f"get {id}"

    def post(self) -> str:
        return "post"


def test_functions_of_a_method_view_are_its_methods(app: Flask, client: FlaskClient) -> None:
    view = Item.as_view("items")
    app.add_url_rule("/items/", defaults={"id": None}, view_func=view, methods=["GET"])
    app.add_url_rule("/items/", view_func=view, methods=["POST"])
    app.add_url_rule("/items/<int:id>", view_func=view, methods=["GET"])
    assert client.get("/items/").data == b"get None"
    assert client.post("/items/").data == b"post"
    assert client.get("/items/7").data == b"get 7"
    assert client.delete("/items/7").status_code == 405


def test_get_answers_head(app: Flask, client: FlaskClient) -> None:
    app.add_url_rule("/", view_func=Item.as_view("index"))
    response = client.head("/")
    assert (response.status_code, response.data) == (200, b"")
    assert response.content_length == len(b"get None")


def test_head_of_its_own_comes_first(app: Flask, client: FlaskClient) -> None:
    class Index(MethodView):
        def get(self) -> str:
            return "get"

        def head(self) -> tuple[str, dict[str, str]]:
            return "", {"X-Method": "HEAD"}

    app.add_url_rule("/", view_func=Index.as_view("index"))
    assert client.head("/").headers["X-Method"] == "HEAD"


def test_methods_are_inherited_from_all_bases(app: Flask, client: FlaskClient) -> None:
    class Deletes(MethodView):
        def delete(self) -> str:
            return "delete"

    class Child(Item, Deletes):
        def patch(self) -> str:
            return "patch"

    app.add_url_rule("/", view_func=Child.as_view("index"))
    expected = {"GET", "HEAD", "OPTIONS", "POST", "DELETE", "PATCH"}
    assert methods_of(app) == expected
    assert client.delete("/").data == b"delete"


def test_methods_of_a_method_view_can_be_set(app: Flask, client: FlaskClient) -> None:
    class Index(MethodView):
        methods = ["GET"]

        def get(self) -> str:
            return "get"

        def post(self) -> str:
            return "never"

    app.add_url_rule("/", view_func=Index.as_view("index"))
    assert methods_of(app) == {"GET", "HEAD", "OPTIONS"}
    assert client.post("/").status_code == 405


def test_registered_method_without_a_function_is_an_error(app: Flask, client: FlaskClient) -> None:
    app.add_url_rule("/", view_func=Item.as_view("index"), methods=["PUT"])
    with pytest.raises(AssertionError, match="Unimplemented method 'PUT'"):
        client.put("/")


def test_async_functions_of_a_method_view(app: Flask, client: FlaskClient) -> None:
    class Index(MethodView):
        async def get(self) -> str:
            return "awaited"

    app.add_url_rule("/", view_func=Index.as_view("index"))
    assert client.get("/").data == b"awaited"


def test_views_of_a_blueprint(app: Flask, client: FlaskClient) -> None:
    blueprint = Blueprint("shop", __name__, url_prefix="/shop")
    blueprint.add_url_rule("/items", view_func=Item.as_view("items"))
    app.register_blueprint(blueprint)
    assert client.get("/shop/items").data == b"get None"
    with app.test_request_context():
        assert url_for("shop.items") == "/shop/items"


def test_view_without_a_dispatch_function_is_an_error(app: Flask, client: FlaskClient) -> None:
    app.add_url_rule("/", view_func=View.as_view("index"))
    with pytest.raises(NotImplementedError):
        client.get("/")
