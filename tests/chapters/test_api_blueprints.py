"""API: Blueprint Objects, and what blueprints register for the whole application."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from flaskish import (
    Blueprint,
    Flask,
    abort,
    render_template,
    render_template_string,
    request,
    url_for,
)
from flaskish.blueprints import BlueprintSetupState

from ..both_ways import Asker


@pytest.fixture
def pages() -> Blueprint:
    return Blueprint("pages", "pages")


def test_setup_state_has_what_was_given(app: Flask) -> None:
    states: list[BlueprintSetupState] = []
    pages = Blueprint("pages", "pages", url_prefix="/own", subdomain="own", url_defaults={"a": 1})
    pages.record(states.append)
    app.register_blueprint(pages)
    app.register_blueprint(
        pages, name="again", url_prefix="/given", subdomain="given", url_defaults={"b": 2}, own=3
    )
    first, second = states
    assert first.app is second.app is app
    assert first.blueprint is second.blueprint is pages
    assert (first.first_registration, second.first_registration) == (True, False)
    assert (first.url_prefix, first.subdomain, first.url_defaults) == ("/own", "own", {"a": 1})
    assert (second.url_prefix, second.subdomain) == ("/given", "given")
    assert second.url_defaults == {"a": 1, "b": 2}
    assert second.options["own"] == 3


def test_function_is_recorded_once(app: Flask, pages: Blueprint) -> None:
    ran: list[Any] = []
    pages.record_once(ran.append)
    app.register_blueprint(pages)
    app.register_blueprint(pages, name="again")
    assert len(ran) == 1


def test_own_setup_state(app: Flask, ask: Asker) -> None:
    class OwnState(BlueprintSetupState):
        def add_url_rule(self, rule: str, *args: Any, **options: Any) -> None:
            super().add_url_rule(f"/own{rule}", *args, **options)

    class OwnBlueprint(Blueprint):
        def make_setup_state(self, *args: Any, **kwargs: Any) -> BlueprintSetupState:
            return OwnState(self, *args, **kwargs)

    pages = OwnBlueprint("pages", "pages")
    pages.add_url_rule("/a", "a", lambda: url_for(".a"))
    app.register_blueprint(pages)
    assert ask("/own/a").text == f"{ask.prefix}/own/a"


def test_registration_is_a_method_to_override(app: Flask) -> None:
    class Registering(Blueprint):
        def register(self, app: Any, options: dict[str, Any]) -> None:
            options["url_prefix"] = "/changed"
            super().register(app, options)

    pages = Registering("pages", "pages")
    pages.add_url_rule("/a", "a", lambda: "a")
    app.register_blueprint(pages)
    assert app.test_client().get("/changed/a").text == "a"


def test_additions_to_all_templates(app: Flask, ask: Asker, pages: Blueprint) -> None:
    @pages.app_template_filter("named")
    def by_another_name(text: str) -> str:
        return f"[{text}]"

    @pages.app_template_test()
    def short(text: str) -> bool:
        return len(text) < 3

    @pages.app_template_global()
    def answer() -> int:
        return 42

    pages.add_app_template_filter(str.upper, "loud")
    pages.add_app_template_test(str.isdigit, "number")
    pages.add_app_template_global(lambda: "added", "added")
    pages.app_context_processor(lambda: {"own": "context"})
    app.register_blueprint(pages)
    source = "{{ 'a' | named }} {{ 'a' | loud }} {{ 'a' is short }} {{ '1' is number }}"
    source += " {{ answer() }} {{ added() }} {{ own }}"
    app.add_url_rule("/", "index", lambda: render_template_string(source))
    assert ask("/").text == "[a] A True True 42 added context"


def test_functions_around_all_requests(app: Flask, ask: Asker, pages: Blueprint) -> None:
    ran: list[str] = []
    pages.before_app_request(lambda: ran.append("before app"))
    pages.before_request(lambda: ran.append("before"))
    pages.after_app_request(lambda response: ran.append("after app") or response)  # type: ignore[func-returns-value]
    pages.after_request(lambda response: ran.append("after") or response)  # type: ignore[func-returns-value]
    pages.teardown_app_request(lambda error: ran.append("teardown app"))
    pages.teardown_request(lambda error: ran.append("teardown"))
    pages.app_url_value_preprocessor(lambda endpoint, values: ran.append(f"values {endpoint}"))
    pages.app_url_defaults(lambda endpoint, values: values.setdefault("lang", "de"))
    pages.add_url_rule("/in", "in", lambda: url_for("out"))
    app.register_blueprint(pages)
    app.add_url_rule("/out", "out", lambda: "")
    assert ask("/in").text == f"{ask.prefix}/out?lang=de"
    assert ran == [
        "values pages.in",
        "before app",
        "before",
        "after",
        "after app",
        "teardown",
        "teardown app",
    ]
    ran.clear()
    ask("/out")
    assert ran == ["values out", "before app", "after app", "teardown app"]


def test_handler_of_all_errors(app: Flask, ask: Asker, pages: Blueprint) -> None:
    pages.app_errorhandler(404)(lambda error: ("for all", 404))
    pages.errorhandler(403)(lambda error: ("for its own", 403))
    pages.add_url_rule("/in", "in", lambda: abort(403))
    app.register_blueprint(pages)
    app.add_url_rule("/out", "out", lambda: abort(403))
    assert ask("/missing").text == "for all"
    assert ask("/in").text == "for its own"
    assert "for its own" not in ask("/out").text


def test_values_of_all_urls(app: Flask, ask: Asker) -> None:
    pages = Blueprint("pages", "pages", url_defaults={"kind": "default"})
    pages.add_url_rule("/a", "a", lambda kind: kind)
    pages.add_url_rule("/<kind>/b", "b", lambda kind: kind)
    app.register_blueprint(pages)
    assert ask("/a").text == "default"


def test_templates_of_the_application_come_first(app: Flask, ask: Asker, tmp_path: Path) -> None:
    for folder, name in (("templates", "both.html"), ("own", "both.html"), ("own", "one.html")):
        (tmp_path / folder).mkdir(exist_ok=True)
        (tmp_path / folder / name).write_text(folder)
    app.register_blueprint(
        Blueprint("pages", "pages", template_folder="own", root_path=str(tmp_path))
    )
    app.add_url_rule("/<name>", "show", lambda name: render_template(name))
    assert [ask(f"/{name}").text for name in ("both.html", "one.html")] == ["templates", "own"]


def test_static_files_without_a_prefix_are_hidden(app: Flask, ask: Asker, tmp_path: Path) -> None:
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "a.txt").write_text("a")

    def make(name: str, **options: Any) -> Blueprint:
        return Blueprint(name, name, static_folder="files", root_path=str(tmp_path), **options)

    app.register_blueprint(make("hidden", static_url_path="/static"))
    app.register_blueprint(make("seen", url_prefix="/seen"))
    assert ask("/static/a.txt").status_code == 404
    with ask("/seen/files/a.txt") as response:
        assert response.text == "a"


def test_subdomain_of_the_registration() -> None:
    app = Flask("subdomains", subdomain_matching=True, static_folder=None)
    app.config["SERVER_NAME"] = "example.com"
    pages = Blueprint("pages", "pages", subdomain="own")
    pages.add_url_rule("/", "index", lambda: request.host)
    app.register_blueprint(pages)
    app.register_blueprint(pages, name="other", subdomain="other")
    client = app.test_client()
    for name in ("own", "other"):
        url = f"http://{name}.example.com"
        assert client.get("/", base_url=url).text == f"{name}.example.com"
    assert client.get("/", base_url="http://example.com").status_code == 404


def test_nested_blueprint_is_registered_by_another_name(app: Flask, ask: Asker) -> None:
    parent, child = Blueprint("parent", "pages", url_prefix="/p"), Blueprint("child", "pages")
    child.add_url_rule("/a", "a", lambda: f"{request.blueprint} {url_for('.a')}")
    parent.register_blueprint(child, url_prefix="/c")
    parent.register_blueprint(child, url_prefix="/d", name="renamed")
    app.register_blueprint(parent)
    assert ask("/p/c/a").text == f"parent.child {ask.prefix}/p/c/a"
    assert ask("/p/d/a").text == f"parent.renamed {ask.prefix}/p/d/a"


def test_blueprint_cannot_be_nested_late(app: Flask) -> None:
    parent = Blueprint("parent", "pages")
    app.register_blueprint(parent)
    with pytest.raises(AssertionError, match="register_blueprint"):
        parent.register_blueprint(Blueprint("child", "pages"))


@pytest.mark.parametrize("method", ["get", "post", "put", "delete", "patch"])
def test_shortcuts_of_routes(app: Flask, ask: Asker, pages: Blueprint, method: str) -> None:
    for target, rule in ((app, "/app"), (pages, "/pages")):
        getattr(target, method)(rule)(lambda: request.method)
    with pytest.raises(TypeError, match="methods"):
        getattr(app, method)("/other", methods=["GET"])
    app.register_blueprint(pages)
    for rule in ("/app", "/pages"):
        assert ask(rule, method.upper()).text == method.upper()
        assert ask(rule, "TRACE").status_code == 405


def test_methods_are_a_list(app: Flask) -> None:
    with pytest.raises(TypeError, match="methods"):
        app.route("/", methods="GET")(lambda: "")


def test_endpoint_belongs_to_one_function(app: Flask) -> None:
    app.add_url_rule("/", "index", lambda: "")
    with pytest.raises(AssertionError, match="index"):
        app.add_url_rule("/other", "index", lambda: "")


def test_commands_of_a_blueprint(app: Flask, pages: Blueprint) -> None:
    import click

    pages.cli.command("hello")(lambda: click.echo("hello"))
    app.register_blueprint(pages)
    assert app.test_cli_runner().invoke(args=["pages", "hello"]).output == "hello\n"
