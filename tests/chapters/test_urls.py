"""URL Route Registrations, View Function Options, Using URL Processors, Lazily Loading Views."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

import pytest

from flaskish import Blueprint, Flask, g, redirect, request, url_for
from flaskish.werkzeug.routing import BaseConverter, Rule
from flaskish.werkzeug.utils import cached_property, import_string

from ..both_ways import Asker


def test_rule_with_a_default_is_the_one_url_for_it(app: Flask, ask: Asker) -> None:
    @app.route("/users/", defaults={"page": 1})
    @app.route("/users/page/<int:page>")
    def show_users(page: int) -> str:
        return f"{page} {url_for('show_users', page=1)} {url_for('show_users', page=2)}"

    prefix = ask.prefix
    assert ask("/users/").text == f"1 {prefix}/users/ {prefix}/users/page/2"
    assert ask("/users/page/3").text.startswith("3 ")
    response = ask("/users/page/1?a=b")
    assert response.status_code == 308
    assert response.location == f"http://localhost{prefix}/users/?a=b"


def test_default_for_get_does_not_take_the_form_of_a_post(app: Flask, ask: Asker) -> None:
    @app.route("/region/", defaults={"id": 1})
    @app.route("/region/<int:id>", methods=["GET", "POST"])
    def region(id: int) -> str:
        return f"{request.method} {id}"

    assert ask("/region/2", "POST").text == "POST 2"
    assert ask("/region/", "POST").status_code == 405


def test_view_function_may_be_given_later(app: Flask, ask: Asker) -> None:
    app.add_url_rule("/a", "a")
    app.view_functions["a"] = lambda: "by the dict"
    app.add_url_rule("/b", "b")
    app.endpoint("b")(lambda: "by the decorator")
    app.url_map.add(Rule("/c", endpoint="c"))
    app.endpoint("c")(lambda: "by the map")
    assert [ask(f"/{name}").text for name in "abc"] == [
        "by the dict",
        "by the decorator",
        "by the map",
    ]


def test_attributes_of_the_function_are_its_options(app: Flask, ask: Asker) -> None:
    def index() -> str:
        return f"own {request.method}"

    index.provide_automatic_options = False  # type: ignore[attr-defined]
    index.methods = ["GET", "OPTIONS"]  # type: ignore[attr-defined]
    app.add_url_rule("/", view_func=index)
    assert ask("/", "OPTIONS").text == "own OPTIONS"
    assert ask("/", "POST").status_code == 405


def test_required_methods_are_added_to_those_of_the_route(app: Flask, ask: Asker) -> None:
    def index() -> str:
        return request.method

    index.required_methods = {"PATCH"}  # type: ignore[attr-defined]
    app.add_url_rule("/", view_func=index, methods=["GET"])
    assert ask("/", "PATCH").text == "PATCH"


def test_automatic_options_can_be_turned_off_for_all(app: Flask, ask: Asker) -> None:
    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False
    app.add_url_rule("/", "index", lambda: "")
    assert ask("/", "OPTIONS").status_code == 405


def test_own_converter(app: Flask, ask: Asker) -> None:
    class ListConverter(BaseConverter):
        def to_python(self, value: str) -> list[str]:
            return value.split(",")

        def to_url(self, value: Any) -> str:
            return ",".join(BaseConverter.to_url(self, item) for item in value)

    app.url_map.converters["list"] = ListConverter
    app.add_url_rule("/<list:names>", "index", lambda names: url_for("index", names=[*names, "ä"]))
    assert ask("/a,b").text == f"{ask.prefix}/a,b,%C3%A4"


@pytest.mark.parametrize(
    ("rule", "url", "answer"),
    [
        ("/<any(about, 'imprint', \"a-b\"):page>", "/a-b", "a-b"),
        ("/<any(about, imprint):page>", "/other", None),
        ("/<string(length=2):page>", "/de", "de"),
        ("/<string(length=2):page>", "/deu", None),
        ("/<string(minlength=2, maxlength=3):page>", "/deu", "deu"),
        ("/<int(min=2, max=4):page>", "/5", None),
        ("/<int(fixed_digits=3):page>", "/007", "7"),
        ("/<int(fixed_digits=3):page>", "/07", None),
        ("/<int(signed=True):page>", "/-7", "-7"),
        ("/<float(signed=True):page>", "/-7.5", "-7.5"),
    ],
)
def test_arguments_of_converters(
    app: Flask, ask: Asker, rule: str, url: str, answer: str | None
) -> None:
    app.add_url_rule(rule, "index", lambda page: str(page))
    response = ask(url)
    assert (response.text if response.status_code == 200 else None) == answer


def test_rule_may_redirect_or_only_be_built(app: Flask, ask: Asker) -> None:
    app.add_url_rule("/new/<int:id>", "new", lambda id: str(id))
    app.add_url_rule("/old/<int:id>", endpoint="old", redirect_to="new/<id>")
    app.add_url_rule("/files/<name>", endpoint="file", build_only=True)
    app.add_url_rule("/", "index", lambda: url_for("file", name="a.txt"))
    assert ask("/").text == f"{ask.prefix}/files/a.txt"
    assert ask("/files/a.txt").status_code == 404
    response = ask("/old/7")
    assert response.status_code == 308
    assert response.location == f"http://localhost{ask.prefix}/new/7"


def test_processors_take_the_language_out_of_urls_and_put_it_in(app: Flask, ask: Asker) -> None:
    @app.url_defaults
    def add_language_code(endpoint: str, values: dict[str, Any]) -> None:
        if "lang_code" in values or not g.lang_code:
            return
        if app.url_map.is_endpoint_expecting(endpoint, "lang_code"):
            values["lang_code"] = g.lang_code

    @app.url_value_preprocessor
    def pull_lang_code(endpoint: str | None, values: dict[str, Any] | None) -> None:
        g.lang_code = (values or {}).pop("lang_code", None)

    app.add_url_rule("/<lang_code>/", "index", lambda: f"{g.lang_code} {url_for('about')}")
    app.add_url_rule("/<lang_code>/about", "about", lambda: url_for("plain"))
    app.add_url_rule("/plain", "plain", lambda: str(g.lang_code))
    assert ask("/de/").text == f"de {ask.prefix}/de/about"
    assert ask("/de/about").text == f"{ask.prefix}/plain"
    assert ask("/plain").text == "None"


def test_processors_of_a_blueprint_are_for_its_urls_only(app: Flask, ask: Asker) -> None:
    blueprint = Blueprint("frontend", __name__, url_prefix="/<lang_code>")

    @blueprint.url_defaults
    def add_language_code(endpoint: str, values: dict[str, Any]) -> None:
        values.setdefault("lang_code", g.lang_code)

    @blueprint.url_value_preprocessor
    def pull_lang_code(endpoint: str | None, values: dict[str, Any] | None) -> None:
        assert values is not None
        g.lang_code = values.pop("lang_code")

    blueprint.add_url_rule("/", "index", lambda: url_for(".about"))
    blueprint.add_url_rule("/about", "about", lambda: g.lang_code)
    app.register_blueprint(blueprint)
    app.add_url_rule("/", "root", lambda: str("lang_code" in g))
    assert ask("/de/").text == f"{ask.prefix}/de/about"
    assert ask("/de/about").text == "de"
    assert ask("/").text == "False"


class LazyView:
    """A view that is imported by its first request."""

    def __init__(self, import_name: str) -> None:
        self.__module__, self.__name__ = import_name.rsplit(".", 1)
        self.import_name = import_name

    @cached_property
    def view(self) -> Any:
        return import_string(self.import_name)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.view(*args, **kwargs)


def test_view_may_be_loaded_late(app: Flask, ask: Asker, monkeypatch: pytest.MonkeyPatch) -> None:
    view = LazyView("loaded_late.user")
    app.add_url_rule("/user/", view_func=view, defaults={"name": "nobody"})
    app.add_url_rule("/user/<name>", view_func=view)
    module = ModuleType("loaded_late")
    module.user = lambda name: f"{name} {url_for('user', name='a')}"  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "loaded_late", module)
    assert ask("/user/me").text == f"me {ask.prefix}/user/a"
    assert ask("/user/").text.startswith("nobody")


def test_catch_all_of_a_single_page_application(app: Flask, ask: Asker) -> None:
    app.add_url_rule("/heartbeat", "heartbeat", lambda: {"status": "healthy"})

    @app.route("/", defaults={"path": ""})
    @app.route("/<path:path>")
    def catch_all(path: str) -> str:
        return f"page for {path}"

    assert ask("/heartbeat").json == {"status": "healthy"}
    assert ask("/").text == "page for "
    assert ask("/some/where").text == "page for some/where"


def test_login_required_by_a_decorator(app: Flask, ask: Asker) -> None:
    from functools import wraps

    def login_required(view: Any) -> Any:
        @wraps(view)
        def decorated(*args: Any, **kwargs: Any) -> Any:
            if "user" not in request.args:
                return redirect(url_for("login", next=request.url))
            return view(*args, **kwargs)

        return decorated

    @app.route("/secret")
    @login_required
    def secret() -> str:
        return "secret"

    app.add_url_rule("/login", "login", lambda: request.args["next"])
    assert ask("/secret?user=me").text == "secret"
    followed = ask("/secret?a=b", follow_redirects=True)
    assert followed.text == f"http://localhost{ask.prefix}/secret?a=b"


def test_subdomains(app: Flask) -> None:
    app = Flask("domains", subdomain_matching=True, static_folder=None)
    app.config["SERVER_NAME"] = "example.com"
    app.add_url_rule("/", "index", lambda: url_for("user", name="a", _external=True))
    app.add_url_rule("/", "user", lambda name: f"{name} {url_for('index')}", subdomain="<name>")
    client = app.test_client()
    assert client.get("/", base_url="http://example.com").text == "http://a.example.com/"
    assert client.get("/", base_url="http://me.example.com").text == "me http://example.com/"


def test_hosts(app: Flask) -> None:
    app = Flask("hosts", host_matching=True, static_folder="static", static_host="cdn.example.com")
    app.add_url_rule("/", "index", lambda: url_for("static", filename="a"), host="example.com")
    app.add_url_rule("/", "other", lambda name: name, host="<name>.test")
    client = app.test_client()
    assert client.get("/", base_url="http://example.com").text == "http://cdn.example.com/static/a"
    assert client.get("/", base_url="http://me.test").text == "me"
    assert client.get("/", base_url="http://elsewhere.org").status_code == 404
