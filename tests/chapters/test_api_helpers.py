"""API: test client and runner, command line, templates, signals, views, names of types."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import pytest

import flaskish.typing
from flaskish import (
    Blueprint,
    Flask,
    Response,
    appcontext_popped,
    appcontext_pushed,
    get_template_attribute,
    render_template,
    request,
    session,
    stream_template,
    stream_template_string,
    views,
)
from flaskish.cli import AppGroup, FlaskGroup, ScriptInfo, pass_script_info, with_appcontext
from flaskish.templating import DispatchingJinjaLoader
from flaskish.testing import EnvironBuilder, FlaskClient, FlaskCliRunner

from ..both_ways import Asker

# Test Client, Test CLI Runner


def test_builder_writes_json_by_the_application(app: Flask) -> None:
    builder = EnvironBuilder(app, "/a", json={"b": 1})
    assert builder.json_dumps({"c": [1]}) == '{"c": [1]}'
    assert builder.content_type == "application/json"
    assert builder.app is app
    builder.close()


def test_client_has_an_environment_to_begin_with(app: Flask) -> None:
    app.add_url_rule("/", "index", lambda: f"{request.remote_addr} {request.user_agent}")
    client = app.test_client()
    assert client.get("/").text.startswith("127.0.0.1 ")
    client.environ_base["REMOTE_ADDR"] = "192.0.2.1"
    client.environ_base["HTTP_USER_AGENT"] = "own"
    assert client.get("/").text == "192.0.2.1 own"


def test_client_without_cookies(app: Flask) -> None:
    app.add_url_rule("/", "index", lambda: str(session.setdefault("a", request.args["a"])))
    client = app.test_client(use_cookies=False)
    assert [client.get(f"/?a={number}").text for number in (1, 2)] == ["1", "2"]


def test_transaction_takes_the_arguments_of_a_request(app: Flask) -> None:
    app.config["SESSION_COOKIE_DOMAIN"] = "example.com"
    app.add_url_rule("/", "index", lambda: str(session.get("a")))
    client = app.test_client()
    with client.session_transaction("/", base_url="http://example.com/") as stored:
        stored["a"] = 1
    assert client.get("/", base_url="http://example.com/").text == "1"
    assert client.get("/", base_url="http://example.org/").text == "None"


def test_client_keeps_the_request_in_its_block(app: Flask) -> None:
    app.add_url_rule("/<name>", "index", lambda name: name)
    with app.test_client() as client:
        client.get("/a?b=1")
        assert (request.view_args, request.args["b"]) == ({"name": "a"}, "1")
        client.get("/c")
        assert request.view_args == {"name": "c"}
    assert not request


def test_runner_runs_commands_of_the_application(app: Flask) -> None:
    @click.command()
    @pass_script_info
    def own(info: ScriptInfo) -> None:
        click.echo(info.load_app().name)

    runner = app.test_cli_runner()
    assert isinstance(runner, FlaskCliRunner)
    assert runner.app is app
    assert runner.invoke(own).output == "shop\n"
    other = ScriptInfo(create_app=lambda: Flask("other"))
    assert runner.invoke(own, obj=other).output == "other\n"
    app.cli.add_command(own, "named")
    assert runner.invoke(args="named").output == "shop\n"


# Command Line Interface


def test_commands_of_a_group_get_a_context_unless_told(app: Flask) -> None:
    group = AppGroup("group")
    from flaskish import has_app_context

    for name, options in (("with", {}), ("without", {"with_appcontext": False})):
        group.command(name, **options)(lambda: click.echo(has_app_context()))
    assert isinstance(group.group("inner")(lambda: None), AppGroup)
    app.cli.add_command(group)
    runner = app.test_cli_runner()
    outputs = [runner.invoke(args=["group", name]).output for name in ("with", "without")]
    assert outputs == ["True\n", "False\n"]


def test_group_of_a_program_lists_and_finds_all_commands(app: Flask) -> None:
    app.cli.command("own")(lambda: None)
    group = FlaskGroup(create_app=lambda: app)
    context = group.make_context("program", [], resilient_parsing=True)
    assert {"own", "routes", "run", "shell"} <= set(group.list_commands(context))
    own = group.get_command(context, "own")
    assert own is not None
    assert own.name == "own"
    assert group.get_command(context, "missing") is None
    bare = FlaskGroup(create_app=lambda: app, add_default_commands=False)
    assert bare.list_commands(context) == ["own"]
    # Finding a command has pushed a context of the application.
    context.close()


def test_script_info_loads_its_application_once(app: Flask) -> None:
    made: list[Flask] = []

    def create() -> Flask:
        made.append(app)
        return app

    info = ScriptInfo(create_app=create)
    assert info.load_app() is info.load_app() is app
    assert len(made) == 1
    assert info.data == {}


def test_any_command_may_get_a_context(app: Flask) -> None:
    @click.command()
    @with_appcontext
    def where() -> None:
        from flaskish import current_app

        click.echo(current_app.name)

    assert app.test_cli_runner().invoke(where).output == "shop\n"


# Template Rendering


@pytest.fixture
def templates(tmp_path: Path) -> Path:
    folder = tmp_path / "templates"
    folder.mkdir()
    (folder / "a.html").write_text("{% macro hello(name) %}Hello {{ name }}!{% endmacro %}{{ x }}")
    return folder


def test_first_template_that_exists(app: Flask, ask: Asker, templates: Path) -> None:
    app.add_url_rule("/", "index", lambda: render_template(["missing.html", "a.html"], x="<"))
    app.add_url_rule("/stream", "stream", lambda: stream_template(["no.html", "a.html"], x="<"))
    app.add_url_rule("/string", "string", lambda: stream_template_string("{{ x }}", x="<"))
    assert [ask(url).text for url in ("/", "/stream", "/string")] == ["&lt;"] * 3


def test_macros_and_variables_of_a_template(app: Flask, templates: Path) -> None:
    with app.app_context():
        assert get_template_attribute("a.html", "hello")("<World>") == "Hello &lt;World&gt;!"


def test_loader_looks_in_the_application_and_its_blueprints(app: Flask, templates: Path) -> None:
    (templates / "own").mkdir()
    (templates / "own" / "b.html").write_text("b")
    app.register_blueprint(
        Blueprint("pages", "pages", template_folder="own", root_path=str(templates))
    )
    loader = DispatchingJinjaLoader(app)
    assert {"a.html", "b.html"} <= set(loader.list_templates())
    source, path, is_current = loader.get_source(app.jinja_env, "b.html")
    assert source == "b"
    assert path == str(templates / "own" / "b.html")
    assert is_current is None or is_current()


# Signals of the application context


def test_signals_of_the_application_context(app: Flask) -> None:
    sent: list[tuple[str, Any]] = []

    def pushed(sender: Flask, **extra: Any) -> None:
        sent.append(("pushed", sender))

    def popped(sender: Flask, **extra: Any) -> None:
        sent.append(("popped", sender))

    with appcontext_pushed.connected_to(pushed, app), appcontext_popped.connected_to(popped, app):
        with app.app_context():
            assert sent == [("pushed", app)]
        with Flask("other").app_context():
            pass
    assert sent == [("pushed", app), ("popped", app)]


# Class-Based Views


def test_names_of_methods() -> None:
    assert views.http_method_funcs == {
        *("get", "post", "head", "options", "delete", "put", "trace", "patch"),
    }


def test_decorators_of_the_class_are_not_those_of_the_view(app: Flask) -> None:
    class Plain(views.View):
        init_every_request = False
        made = 0

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            type(self).made += 1
            self.args = (args, kwargs)

        def dispatch_request(self, **values: Any) -> list[Any]:
            return [*self.args, values]

    app.add_url_rule("/<name>", view_func=Plain.as_view("plain", 1, a=2))
    client = app.test_client()
    for name in ("a", "b"):
        assert client.get(f"/{name}").json == [[1], {"a": 2}, {"name": name}]
    assert Plain.made == 1
    with pytest.raises(NotImplementedError):
        views.View().dispatch_request()


# Names of types


def test_types_for_annotations_are_there() -> None:
    names = (
        "ResponseValue HeaderValue HeadersValue ResponseReturnValue ResponseClass AppOrBlueprintKey"
        " AfterRequestCallable BeforeFirstRequestCallable BeforeRequestCallable RouteCallable"
        " ShellContextProcessorCallable TeardownCallable TemplateContextProcessorCallable"
        " TemplateFilterCallable TemplateGlobalCallable TemplateTestCallable URLDefaultCallable"
        " URLValuePreprocessorCallable ErrorHandlerCallable"
    )
    for name in names.split():
        assert hasattr(flaskish.typing, name), name


def test_client_and_response_have_the_applications_classes(app: Flask) -> None:
    class Own(Response):
        own = True

    app.response_class = Own
    app.add_url_rule("/", "index", lambda: "")
    client = app.test_client()
    assert type(client) is FlaskClient
    response = client.get("/")
    assert isinstance(response, Own)
    assert response.own
