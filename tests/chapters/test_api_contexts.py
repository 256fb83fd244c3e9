"""API: Useful Internals, Application Globals, and the functions about contexts."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from flaskish import (
    Flask,
    Request,
    Response,
    after_this_request,
    copy_current_request_context,
    current_app,
    flash,
    g,
    get_flashed_messages,
    has_app_context,
    has_request_context,
    request,
    session,
)
from flaskish.ctx import AppContext, RequestContext
from flaskish.globals import app_ctx, request_ctx

from ..both_ways import Asker

# flask.ctx.RequestContext


def test_parts_of_a_request_context(app: Flask) -> None:
    app.add_url_rule("/<name>", "index", lambda name: "")
    context = app.test_request_context("/a")
    assert type(context) is RequestContext
    assert context.app is app
    assert isinstance(context.request, Request)
    with context:
        assert request_ctx._get_current_object() is context  # type: ignore[attr-defined]
        assert context.request.view_args == {"name": "a"}
        assert context.url_adapter is not None


def test_session_is_there_once_the_context_is_pushed(app: Flask) -> None:
    with app.test_request_context("/") as context:
        assert context.session == {}


def test_access_to_the_session_is_noticed(app: Flask) -> None:
    with app.test_request_context("/") as context:
        assert not context._session.accessed  # type: ignore[union-attr]
        session.get("a")
        assert context._session.accessed  # type: ignore[union-attr]


def test_flashes_are_kept_for_the_request(app: Flask) -> None:
    with app.test_request_context("/") as context:
        assert context.flashes is None
        flash("a")
        assert get_flashed_messages() == ["a"]
        assert context.flashes == [("message", "a")]


def test_matching_may_be_overridden(app: Flask) -> None:
    class Overriding(RequestContext):
        def match_request(self) -> None:
            self.request.url_rule, self.request.view_args = None, {"own": True}

    environ = app.test_request_context("/missing").request.environ
    with Overriding(app, environ) as context:
        assert context.request.view_args == {"own": True}


def test_copy_has_the_same_request_and_session(app: Flask) -> None:
    with app.test_request_context("/a") as context:
        session["a"] = 1
        copied = context.copy()
    assert copied is not context
    assert copied.request is context.request
    with copied:
        assert (request.path, session["a"]) == ("/a", 1)


def test_popping_runs_teardown_functions_with_the_error(app: Flask) -> None:
    errors: list[Any] = []
    app.teardown_request(errors.append)
    app.teardown_appcontext(errors.append)
    error = KeyError("a")
    context = app.test_request_context()
    context.push()
    context.pop(error)
    assert errors == [error, error]


def test_request_pushes_the_context_of_its_application(app: Flask) -> None:
    other = Flask("other")
    with other.app_context():
        with app.test_request_context():
            assert current_app.name == "shop"
        assert current_app.name == "other"
    with app.app_context():
        g.a = 1
        with app.test_request_context():
            assert g.a == 1


# flask.ctx.AppContext


def test_parts_of_an_application_context(app: Flask) -> None:
    context = app.app_context()
    assert type(context) is AppContext
    with context as entered:
        assert entered is context
        assert context.app is app
        assert app_ctx._get_current_object() is context  # type: ignore[attr-defined]
        assert context.g is g._get_current_object()  # type: ignore[attr-defined]
        assert not has_request_context()


# flask.ctx._AppCtxGlobals


def test_g_has_some_methods_of_a_dict(app: Flask) -> None:
    with app.app_context():
        g.a = 1
        assert ("a" in g, "b" in g, list(g)) == (True, False, ["a"])
        assert (g.get("a"), g.get("b"), g.get("b", 2)) == (1, None, 2)
        assert (g.setdefault("a", 3), g.setdefault("c", 3)) == (1, 3)
        assert (g.pop("a"), g.pop("a", 4)) == (1, 4)
        with pytest.raises(KeyError):
            g.pop("a")
        del g.c
        with pytest.raises(AttributeError):
            g.c  # noqa: B018 - asking for it is the test
        assert "shop" in repr(g)


# Functions


def test_truth_of_proxies_tells_of_contexts(app: Flask) -> None:
    def there() -> list[bool]:
        proxies = (current_app, g, request, session)
        return [bool(has_app_context()), has_request_context(), *(bool(one) for one in proxies[:3])]

    assert there() == [False] * 5
    with app.app_context():
        assert there() == [True, False, True, True, False]
    with app.test_request_context():
        assert there() == [True] * 5


def test_after_this_request_needs_a_request(app: Flask) -> None:
    with app.app_context(), pytest.raises(RuntimeError, match="after_this_request"):
        after_this_request(lambda response: response)
    with pytest.raises(RuntimeError, match="copy_current_request_context"):
        copy_current_request_context(lambda: None)


def test_functions_after_this_request_are_for_this_one(app: Flask, ask: Asker) -> None:
    @app.get("/<name>")
    def index(name: str) -> str:
        if name == "marked":

            @after_this_request
            def replace(response: Response) -> Response:
                return app.make_response((f"{response.get_data(as_text=True)}!", 201))

        return name

    assert [ask(f"/{name}").text for name in ("marked", "plain")] == ["marked!", "plain"]
    assert ask("/marked").status_code == 201


def test_context_goes_into_a_thread(app: Flask, ask: Asker) -> None:
    @app.get("/")
    def index() -> str:
        session["a"] = "in the session"
        g.a = "in g"
        found: list[Any] = []

        @copy_current_request_context
        def work(text: str) -> None:
            found.extend([text, request.args["q"], session["a"], "a" in g])

        thread = threading.Thread(target=work, args=("given",))
        thread.start()
        thread.join()
        return str(found)

    assert ask("/?q=1").text == "['given', '1', 'in the session', False]"


# flask.wrappers.Request


def test_request_knows_what_matched(app: Flask, ask: Asker) -> None:
    @app.route("/<name>", methods=["GET", "PUT"])
    def show(name: str) -> dict[str, Any]:
        rule = request.url_rule
        assert rule is not None
        assert rule.methods is not None
        return {
            "rule": rule.rule,
            "methods": sorted(rule.methods),
            "args": request.view_args,
            "endpoint": request.endpoint,
            "blueprint": request.blueprint,
            "blueprints": request.blueprints,
        }

    assert ask("/a").json == {
        "rule": "/<name>",
        "methods": ["GET", "HEAD", "OPTIONS", "PUT"],
        "args": {"name": "a"},
        "endpoint": "show",
        "blueprint": None,
        "blueprints": [],
    }


def test_request_of_a_wrong_method_knows_the_right_ones(app: Flask, ask: Asker) -> None:
    @app.before_request
    def stop() -> list[str]:
        error: Any = request.routing_exception
        return [type(error).__name__, *sorted(error.valid_methods or ()), str(request.url_rule)]

    app.add_url_rule("/", "index", lambda: "", methods=["PUT"])
    assert ask("/", "POST").json == ["MethodNotAllowed", "OPTIONS", "PUT", "None"]


def test_failed_json_is_a_method_to_override(app: Flask, ask: Asker) -> None:
    class OwnRequest(Request):
        def on_json_loading_failed(self, e: ValueError | None) -> Any:
            return f"failed: {type(e).__name__}"

    app.request_class = OwnRequest
    app.add_url_rule("/", "index", lambda: [request.get_json(), request.json], methods=["POST"])
    assert ask("/", "POST", data="{", content_type="application/json").json == [
        "failed: JSONDecodeError",
        "failed: JSONDecodeError",
    ]
    assert ask("/", "POST", data="{", content_type="text/plain").json == ["failed: NoneType"] * 2
