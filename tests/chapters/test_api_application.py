"""API: the application object, member by member: what subclasses and extensions rely on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from jinja2 import ChainableUndefined, DictLoader

from flaskish import (
    Blueprint,
    Config,
    Flask,
    Response,
    abort,
    current_app,
    g,
    redirect,
    render_template,
    render_template_string,
    request,
    url_for,
)
from flaskish.json.provider import DefaultJSONProvider
from flaskish.templating import Environment
from flaskish.testing import FlaskClient, FlaskCliRunner
from flaskish.werkzeug.exceptions import (
    Aborter,
    BadRequestKeyError,
    HTTPException,
    InternalServerError,
    NotFound,
)
from flaskish.werkzeug.routing import BuildError, Map, Rule

from ..both_ways import Asker

# Classes that a subclass names


class OwnAborter(Aborter):
    def __call__(self, code: Any, *args: Any, **kwargs: Any) -> Any:
        return super().__call__(410 if code == 404 else code, *args, **kwargs)


class OwnEnvironment(Environment):
    pass


class OwnGlobals:
    unexpected: Any

    def __getattr__(self, name: str) -> None:
        return None

    def get(self, name: str, default: Any = None) -> Any:
        return self.__dict__.get(name, default)


class OwnConfig(Config):
    def __getattr__(self, name: str) -> Any:
        return self[name]


class OwnProvider(DefaultJSONProvider):
    mimetype = "application/own+json"


class OwnRule(Rule):
    pass


class OwnMap(Map):
    pass


class OwnClient(FlaskClient):
    pass


class OwnRunner(FlaskCliRunner):
    pass


class OwnFlask(Flask):
    aborter_class = OwnAborter
    jinja_environment = OwnEnvironment
    app_ctx_globals_class = OwnGlobals  # type: ignore[assignment]
    config_class = OwnConfig
    json_provider_class = OwnProvider
    url_rule_class = OwnRule
    url_map_class = OwnMap
    test_client_class = OwnClient
    test_cli_runner_class = OwnRunner
    jinja_options = {"undefined": ChainableUndefined}


def test_classes_of_a_subclass_are_used() -> None:
    app = OwnFlask("own")
    app.add_url_rule("/", "index", lambda: abort(404))
    app.add_url_rule("/json", "json", lambda: {"unexpected": g.unexpected})
    client = app.test_client()
    assert client.get("/").status_code == 410
    assert client.get("/json").mimetype == "application/own+json"
    assert client.get("/json").json == {"unexpected": None}
    assert app.config.DEBUG is False  # type: ignore[attr-defined]
    kinds = (app.jinja_env, app.url_map, next(app.url_map.iter_rules()), client)
    assert [type(one) for one in kinds] == [OwnEnvironment, OwnMap, OwnRule, OwnClient]
    assert type(app.test_cli_runner()) is OwnRunner
    with app.app_context():
        assert render_template_string("{{ a.b.c }}") == ""


def test_json_provider_can_be_assigned(app: Flask, ask: Asker) -> None:
    app.json = OwnProvider(app)
    app.add_url_rule("/", "index", dict)
    assert ask("/").mimetype == "application/own+json"


def test_aborter_can_be_called_directly(app: Flask) -> None:
    assert type(app.aborter) is Aborter
    with pytest.raises(NotFound):
        app.aborter(404)


def test_makers_can_be_overridden() -> None:
    class Made(Flask):
        def make_config(self, instance_relative: bool = False) -> Config:
            config = super().make_config(instance_relative)
            config["INSTANCE_RELATIVE"] = instance_relative
            return config

        def make_aborter(self) -> Aborter:
            return OwnAborter()

        def auto_find_instance_path(self) -> str:
            return "/found"

        def create_jinja_environment(self) -> Any:
            environment = super().create_jinja_environment()
            environment.globals["made"] = "in a subclass"
            return environment

        def create_global_jinja_loader(self) -> Any:
            return DictLoader({"a.html": "{{ made }}"})

    app = Made("made", instance_relative_config=True)
    assert app.config["INSTANCE_RELATIVE"] is True
    assert type(app.aborter) is OwnAborter
    assert app.instance_path == "/found"
    with app.app_context():
        assert render_template("a.html") == "in a subclass"


def test_jinja_options_have_no_effect_later(app: Flask) -> None:
    app.jinja_options = {"trim_blocks": True}
    assert app.jinja_env.trim_blocks
    app.jinja_options["trim_blocks"] = False
    assert app.jinja_env.trim_blocks


# Names and places


def test_name_is_that_of_the_import_and_can_be_set(app: Flask) -> None:
    assert (app.name, app.logger.name) == ("shop", "shop")
    other = Flask("other")
    other.name = "display"  # type: ignore[misc]
    assert (other.name, other.import_name, other.logger.name) == ("display", "other", "display")


@pytest.mark.parametrize(
    ("name", "is_escaped"),
    [
        (None, True),
        ("a.html", True),
        ("a.htm", True),
        ("a.xml", True),
        ("a.xhtml", True),
        ("a.svg", True),
        ("a.txt", False),
        ("a.HTML", False),
        ("html", False),
    ],
)
def test_escaping_goes_by_the_name_of_the_template(
    app: Flask, name: str | None, is_escaped: bool
) -> None:
    assert app.select_jinja_autoescape(name) is is_escaped  # type: ignore[arg-type]


def test_debug_and_testing_are_keys_of_the_configuration(app: Flask) -> None:
    for attribute, key in (
        ("debug", "DEBUG"),
        ("testing", "TESTING"),
        ("secret_key", "SECRET_KEY"),
    ):
        setattr(app, attribute, "x")
        assert app.config[key] == "x"
        app.config[key] = False
        assert getattr(app, attribute) is False


def test_lifetime_of_sessions_is_31_days_and_takes_seconds() -> None:
    app = Flask("sessions")
    assert app.permanent_session_lifetime.days == 31
    app.config["PERMANENT_SESSION_LIFETIME"] = 60
    assert app.permanent_session_lifetime.total_seconds() == 60


def test_files_are_opened_beside_the_application(app: Flask, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes("ä".encode("latin-1"))
    with app.open_resource("a.txt") as file:
        assert file.read() == b"\xe4"
    for mode in ("r", "rt"):
        with app.open_resource("a.txt", mode, encoding="latin-1") as text:
            assert text.read() == "ä"  # type: ignore[comparison-overlap]
    with pytest.raises(ValueError, match="read"):
        app.open_resource("a.txt", "w")


def test_files_of_the_instance_can_be_written(tmp_path: Path) -> None:
    app = Flask("written", instance_path=str(tmp_path))
    with app.open_instance_resource("a.txt", "w", encoding="utf-8") as file:
        file.write("ä")
    with app.open_instance_resource("a.txt") as file:
        assert file.read() == "ä".encode()
    with app.open_instance_resource("a.txt", "r", encoding="utf-8") as file:
        assert file.read() == "ä"


def test_static_folder_and_its_url(tmp_path: Path) -> None:
    app = Flask("files", root_path=str(tmp_path), static_folder="public/files/")
    assert app.has_static_folder
    assert app.static_folder == str(tmp_path / "public/files")
    assert app.static_url_path == "/files"
    app = Flask("files", static_folder=None)
    assert not app.has_static_folder
    assert app.static_folder is None
    assert app.static_url_path is None
    with pytest.raises(RuntimeError, match="static"):
        app.send_static_file("a.txt")


def test_static_host_is_needed_where_hosts_are_matched() -> None:
    with pytest.raises(AssertionError, match="static_host"):
        Flask("hosts", host_matching=True)
    with pytest.raises(AssertionError, match="static_host"):
        Flask("hosts", static_host="example.com")
    assert Flask("hosts", host_matching=True, static_folder=None).url_map.host_matching


def test_age_of_files_is_the_applications_business(app: Flask, ask: Asker, tmp_path: Path) -> None:
    (tmp_path / "static").mkdir()
    for name in ("a.js", "b.css"):
        (tmp_path / "static" / name).write_text("")

    def age(filename: str | None) -> int | None:
        return 60 if (filename or "").endswith(".js") else None

    app.get_send_file_max_age = age  # type: ignore[method-assign]
    ages = {name: ask(f"/static/{name}").cache_control.max_age for name in ("a.js", "b.css")}
    assert ages == {"a.js": 60, "b.css": None}


def test_default_age_of_files_is_configured(app: Flask) -> None:
    with app.app_context():
        assert app.get_send_file_max_age("a") is None
        app.config["SEND_FILE_MAX_AGE_DEFAULT"] = 5
        assert app.get_send_file_max_age("a") == 5
        assert Blueprint("pages", "pages").get_send_file_max_age("a") == 5


# Registries


def test_blueprints_are_listed_in_their_order(app: Flask) -> None:
    blueprints = [Blueprint(name, "pages") for name in ("b", "a")]
    for blueprint in blueprints:
        app.register_blueprint(blueprint)
    assert list(app.iter_blueprints()) == blueprints
    assert list(app.blueprints) == ["b", "a"]


def test_filters_tests_and_globals_of_templates(app: Flask, ask: Asker) -> None:
    @app.template_filter("named")
    def by_another_name(text: str) -> str:
        return f"[{text}]"

    @app.template_test()
    def short(text: str) -> bool:
        return len(text) < 3

    @app.template_global("answer")
    def anything() -> int:
        return 42

    app.add_template_filter(str.upper, "loud")
    app.add_template_test(str.isdigit, "number")
    app.add_template_global(lambda: "added", "added")
    source = "{{ 'a' | named }} {{ 'a' | loud }} {{ 'a' is short }} {{ '1' is number }}"
    source += " {{ answer() }} {{ added() }}"
    app.add_url_rule("/", "index", lambda: render_template_string(source))
    assert ask("/").text == "[a] A True True 42 added"


def test_structures_of_registered_functions(app: Flask) -> None:
    pages = Blueprint("pages", "pages")

    def function(*args: Any) -> Any: ...

    for target in (app, pages):
        target.before_request(function)
        target.after_request(function)
        target.teardown_request(function)
        target.context_processor(function)
        target.url_value_preprocessor(function)
        target.url_defaults(function)
        target.errorhandler(404)(function)
        target.errorhandler(KeyError)(function)
    app.register_blueprint(pages)
    for name in (
        "before_request_funcs",
        "after_request_funcs",
        "teardown_request_funcs",
        "template_context_processors",
        "url_value_preprocessors",
        "url_default_functions",
    ):
        scopes = getattr(app, name)
        assert {scope: scopes[scope][-1] for scope in (None, "pages")} == {
            None: function,
            "pages": function,
        }
    expected = {404: {NotFound: function}, None: {KeyError: function}}
    for scope in (None, "pages"):
        assert {
            key: dict(value) for key, value in app.error_handler_spec[scope].items()
        } == expected


def test_teardown_functions_of_the_application_are_listed(app: Flask) -> None:
    def function(error: BaseException | None) -> None: ...

    app.teardown_appcontext(function)
    assert app.teardown_appcontext_funcs == [function]


def test_shell_has_what_processors_add(app: Flask) -> None:
    @app.shell_context_processor
    def add() -> dict[str, Any]:
        return {"added": 1}

    assert app.shell_context_processors == [add]
    with app.app_context():
        assert app.make_shell_context() == {"app": app, "g": g, "added": 1}


# Errors


@pytest.mark.parametrize(
    ("settings", "trapped"),
    [
        ({}, []),
        ({"TRAP_HTTP_EXCEPTIONS": True}, ["NotFound", "BadRequestKeyError"]),
        ({"TRAP_BAD_REQUEST_ERRORS": True}, ["BadRequestKeyError"]),
        ({"DEBUG": True}, ["BadRequestKeyError"]),
        ({"DEBUG": True, "TRAP_BAD_REQUEST_ERRORS": False}, []),
    ],
    ids=str,
)
def test_trapped_errors(app: Flask, settings: dict[str, Any], trapped: list[str]) -> None:
    app.config.update(settings)
    errors: list[HTTPException] = [NotFound(), BadRequestKeyError("a")]
    assert [type(one).__name__ for one in errors if app.trap_http_exception(one)] == trapped


@pytest.mark.parametrize("error", [KeyError("a"), ValueError("b")])
def test_ignored_error_is_not_given_to_teardown_functions(app: Flask, error: Exception) -> None:
    errors: list[Any] = []
    app.teardown_request(errors.append)
    app.should_ignore_error = lambda error: isinstance(error, KeyError)  # type: ignore[method-assign]
    app.add_url_rule("/", "index", lambda: _raise(error))
    with pytest.raises(type(error)):
        app.test_client().get("/")
    assert errors == [None if isinstance(error, KeyError) else error]


def _raise(error: Exception) -> Any:
    raise error


def test_handler_of_errors_may_be_overridden(
    app: Flask, ask: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "handle_user_exception", lambda error: f"user {error!r}")
    app.add_url_rule("/", "index", lambda: _raise(KeyError("a")))
    assert ask("/").text == "user KeyError('a')"
    assert ask("/missing").text.startswith("user <NotFound '404")


def test_error_is_logged_by_a_method(app: Flask) -> None:
    logged: list[Any] = []
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.log_exception = lambda exc_info: logged.append(exc_info[1])  # type: ignore[method-assign]
    error = KeyError("a")
    app.add_url_rule("/", "index", lambda: _raise(error))
    assert app.test_client().get("/").status_code == 500
    assert logged == [error]


def test_exception_without_a_handler_is_a_500(app: Flask) -> None:
    app.config["PROPAGATE_EXCEPTIONS"] = False
    given: list[Any] = []
    app.register_error_handler(500, lambda error: given.append(error) or ("handled", 500))
    with app.test_request_context():
        try:
            raise KeyError("a")
        except KeyError as error:
            response = app.handle_exception(error)
    assert (response.status_code, response.get_data()) == (500, b"handled")
    assert type(given[0]) is InternalServerError
    assert isinstance(given[0].original_exception, KeyError)


# Dispatching


def test_stages_of_a_request_can_be_called(app: Flask) -> None:
    ran: list[str] = []
    app.before_request(lambda: ran.append("before"))
    app.after_request(lambda response: ran.append("after") or response)  # type: ignore[func-returns-value]
    app.add_url_rule("/<name>", "index", lambda name: ran.append("view") or name)  # type: ignore[func-returns-value]
    with app.test_request_context("/a"):
        assert app.preprocess_request() is None
        assert app.dispatch_request() == "a"
        response = app.process_response(app.make_response("b"))
        assert ran == ["before", "view", "after"]
        assert response.get_data() == b"b"
        ran.clear()
        assert app.full_dispatch_request().get_data() == b"a"
    assert ran == ["before", "view", "after"]


def test_answer_before_the_view_is_returned(app: Flask) -> None:
    app.before_request(lambda: ("stopped", 201))
    app.before_request(lambda: pytest.fail("a later function ran"))
    with app.test_request_context("/"):
        assert app.preprocess_request() == ("stopped", 201)


def test_methods_around_dispatching_may_be_overridden() -> None:
    class Overriding(Flask):
        def dispatch_request(self) -> Any:
            return f"<{super().dispatch_request()!r}>"

        def process_response(self, response: Any) -> Any:
            response.headers["X-Own"] = "1"
            return super().process_response(response)

        def make_default_options_response(self) -> Response:
            response = super().make_default_options_response()
            response.headers["X-Options"] = ",".join(sorted(response.allow))
            return response

    app = Overriding("overriding")
    app.add_url_rule("/", "index", lambda: "a")
    client = app.test_client()
    assert (client.get("/").text, client.get("/").headers["X-Own"]) == ("<'a'>", "1")


def test_answer_to_options_can_be_changed() -> None:
    class Overriding(Flask):
        def make_default_options_response(self) -> Response:
            response = super().make_default_options_response()
            response.headers["X-Options"] = ",".join(sorted(response.allow))
            return response

    app = Overriding("overriding")
    app.add_url_rule("/", "index", lambda: "a")
    assert app.test_client().options("/").headers["X-Options"] == "GET,HEAD,OPTIONS"


def test_context_of_templates_keeps_what_was_given(app: Flask) -> None:
    app.context_processor(lambda: {"own": "processor", "other": 1, "g": "mine"})
    with app.test_request_context("/"):
        context: dict[str, Any] = {"own": "given"}
        app.update_template_context(context)
    assert (context["own"], context["other"], context["g"]) == ("given", 1, "mine")
    assert "request" in context


def test_response_can_be_made_of_a_werkzeug_response(app: Flask) -> None:
    from flaskish.werkzeug.wrappers import Response as WerkzeugResponse

    with app.test_request_context():
        made = app.make_response(WerkzeugResponse("a", 202))
        own = app.response_class("b")
        assert app.make_response(own) is own
        changed = app.make_response((own, "299 ODD", {"X-Own": "1"}))
    assert type(made) is app.response_class
    assert (made.status_code, made.get_data()) == (202, b"a")
    assert changed is own
    assert (own.status, own.headers["X-Own"]) == ("299 ODD", "1")


def test_plain_functions_stay_as_they_are(app: Flask) -> None:
    async def coroutine(number: int) -> int:
        return number + 1

    def plain() -> None: ...

    assert app.ensure_sync(plain) is plain
    assert app.ensure_sync(coroutine)(1) == 2
    assert app.async_to_sync(coroutine)(2) == 3


def test_async_views_run_as_the_application_says(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(function: Any) -> Any:
        def call(*args: Any, **kwargs: Any) -> str:
            coroutine = function(*args, **kwargs)
            coroutine.close()
            return "run by the application"

        return call

    async def index() -> str:
        return "never"

    monkeypatch.setattr(app, "async_to_sync", run)
    app.add_url_rule("/", view_func=index)
    assert app.test_client().get("/").text == "run by the application"


# URLs


def test_redirect_is_a_method_of_the_application(app: Flask, ask: Asker) -> None:
    app.redirect = lambda location, code=302: app.make_response((f"to {location}", code))  # type: ignore[method-assign, return-value]
    app.add_url_rule("/", "index", lambda: redirect("/a", 303))
    response = ask("/")
    assert (response.status_code, response.text) == (303, "to /a")


def test_url_defaults_can_be_injected(app: Flask) -> None:
    app.url_defaults(lambda endpoint, values: values.setdefault("lang", endpoint))
    values: dict[str, Any] = {}
    app.inject_url_defaults("index", values)
    assert values == {"lang": "index"}


def test_handlers_of_urls_that_cannot_be_built(app: Flask, ask: Asker) -> None:
    def skipped(error: Exception, endpoint: str, values: dict[str, Any]) -> None: ...

    def failing(error: Exception, endpoint: str, values: dict[str, Any]) -> str:
        raise BuildError(endpoint, values, None)

    def built(error: Exception, endpoint: str, values: dict[str, Any]) -> str | None:
        return f"/elsewhere/{values['a']}" if endpoint == "elsewhere" else None

    app.url_build_error_handlers += [skipped, failing, built]  # type: ignore[list-item]
    app.add_url_rule("/", "index", lambda: url_for("elsewhere", a=1))
    assert ask("/").text == "/elsewhere/1"
    with app.test_request_context(), pytest.raises(BuildError, match="nowhere"):
        url_for("nowhere", a=1)


def test_url_without_a_request_is_external() -> None:
    app = Flask("urls")
    app.config.update(
        SERVER_NAME="example.com", APPLICATION_ROOT="/app", PREFERRED_URL_SCHEME="https"
    )
    app.add_url_rule("/a/<b>", "index")
    with app.app_context():
        built = {
            "index": app.url_for("index", b="c", d="e f", _anchor="x y"),
            "internal": app.url_for("index", b="c", _external=False),
        }
    assert built == {
        "index": "https://example.com/app/a/c?d=e+f#x%20y",
        "internal": "/app/a/c",
    }


def test_url_without_a_request_needs_a_server_name(app: Flask) -> None:
    app.add_url_rule("/", "index")
    with app.app_context(), pytest.raises(RuntimeError, match="SERVER_NAME"):
        url_for("index")


def test_scheme_needs_an_external_url(app: Flask) -> None:
    app.add_url_rule("/", "index")
    with app.test_request_context(), pytest.raises(ValueError, match="_scheme"):
        url_for("index", _scheme="https", _external=False)


def test_adapter_of_an_application_and_of_a_request(app: Flask) -> None:
    assert app.create_url_adapter(None) is None
    app.config["SERVER_NAME"] = "example.com"
    adapter = app.create_url_adapter(None)
    assert adapter is not None
    assert adapter.server_name == "example.com"
    app.add_url_rule("/a", "index", lambda: "")
    with app.test_request_context("/a", base_url="http://other.org"):
        bound = app.create_url_adapter(request._get_current_object())  # type: ignore[attr-defined]
        assert bound is not None
        assert bound.match() == ("index", {})


# Contexts


def test_request_of_a_test_has_the_applications_defaults() -> None:
    app = Flask("defaults")
    app.config.update(
        SERVER_NAME="example.com:8080", APPLICATION_ROOT="/app", PREFERRED_URL_SCHEME="https"
    )
    with app.test_request_context("/a", subdomain="sub"):
        assert request.url == "https://sub.example.com:8080/app/a"
    with app.test_request_context("/a", url_scheme="http", json={"b": 1}):
        assert request.url == "http://example.com:8080/app/a"
        assert (request.json, request.content_type) == ({"b": 1}, "application/json")
    with app.test_request_context("/a", base_url="ftp://other.org/c/"):
        assert request.url == "ftp://other.org/c/a"
    with pytest.raises(AssertionError, match="base_url"):
        app.test_request_context(base_url="http://a", subdomain="b")


def test_context_of_an_environment(app: Flask) -> None:
    environ = {
        "REQUEST_METHOD": "PUT",
        "PATH_INFO": "/a",
        "SERVER_NAME": "example.com",
        "SERVER_PORT": "80",
        "wsgi.url_scheme": "http",
    }
    with app.request_context(environ):
        assert (request.method, request.url) == ("PUT", "http://example.com/a")
        assert current_app == app


def test_teardown_of_both_contexts_can_be_called(app: Flask) -> None:
    ran: list[tuple[str, Any]] = []
    error = KeyError("a")
    app.teardown_request(lambda given: ran.append(("request", given)))
    app.teardown_appcontext(lambda given: ran.append(("app", given)))
    with app.test_request_context():
        app.do_teardown_request(error)
        app.do_teardown_appcontext(error)
        assert ran == [("request", error), ("app", error)]
        ran.clear()
    assert ran == [("request", None), ("app", None)]


def test_commands_run_in_a_context_of_the_application(app: Flask) -> None:
    import click

    app.cli.command("where")(lambda: click.echo(current_app.name))
    assert app.test_cli_runner().invoke(args=["where"]).output == "shop\n"


def test_server_runs_where_the_server_name_says(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[Any] = []
    import flaskish.werkzeug.serving as serving

    monkeypatch.setattr(
        serving,
        "run_simple",
        lambda host, port, *args, **options: started.append((host, port, options)),
    )
    monkeypatch.delenv("FLASK_RUN_FROM_CLI", raising=False)
    app.run(load_dotenv=False)
    app.config["SERVER_NAME"] = "example.com:8000"
    app.run(load_dotenv=False)
    app.run("0.0.0.0", 9000, debug=True, load_dotenv=False)
    assert [(host, port) for host, port, _ in started] == [
        ("127.0.0.1", 5000),
        ("example.com", 8000),
        ("0.0.0.0", 9000),
    ]
    names = ("use_reloader", "use_debugger", "threaded")
    assert [[options[name] for name in names] for _, _, options in started] == [
        [False, False, True],
        [False, False, True],
        [True, True, True],
    ]


@pytest.mark.parametrize(
    ("path", "wants_socket", "answer"),
    [
        ("/both", False, (200, b"page")),
        ("/both", True, (200, b"socket")),
        ("/page/1", False, (200, b"page")),
        ("/page/1", True, (400, None)),
        ("/missing", True, (404, None)),
    ],
)
def test_requests_for_a_websocket_have_rules_of_their_own(
    app: Flask, ask: Asker, path: str, wants_socket: bool, answer: tuple[int, bytes | None]
) -> None:
    app.add_url_rule("/both", "page", lambda number=0: "page")
    app.add_url_rule("/page/<int:number>", "page")
    app.url_map.add(Rule("/both", endpoint="socket", websocket=True))
    app.view_functions["socket"] = lambda: "socket"
    headers = {"Upgrade": "websocket", "Connection": "Upgrade"} if wants_socket else {}
    response = ask(path, headers=headers)
    status, body = answer
    assert response.status_code == status
    assert body in (None, response.data)
