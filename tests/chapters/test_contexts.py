"""The Application Context, The Request Context, Working with the Shell, Lifecycle."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from flaskish import (
    Blueprint,
    Flask,
    after_this_request,
    copy_current_request_context,
    current_app,
    g,
    has_app_context,
    has_request_context,
    request,
    session,
)
from flaskish.globals import app_ctx, request_ctx
from flaskish.werkzeug.local import LocalProxy

from ..both_ways import Asker


class Connection:
    """Stands for a database connection."""

    def __init__(self) -> None:
        self.is_closed = False

    def close(self) -> None:
        self.is_closed = True


def test_resource_is_made_once_and_closed_at_the_end(app: Flask, ask: Asker) -> None:
    made: list[Connection] = []

    def get_db() -> Connection:
        if "db" not in g:
            made.append(Connection())
            g.db = made[-1]
        return g.db  # type: ignore[no-any-return]

    @app.teardown_appcontext
    def close_db(error: BaseException | None) -> None:
        db = g.pop("db", None)
        if db is not None:
            db.close()

    db: Any = LocalProxy(get_db)
    app.add_url_rule("/", "index", lambda: f"{db.is_closed} {get_db() is db._get_current_object()}")
    assert ask("/").text == "False True"
    assert [each.is_closed for each in made] == [True]
    with app.app_context():
        assert not db.is_closed
    assert [each.is_closed for each in made] == [True, True]


def test_current_app_is_the_application(app: Flask, ask: Asker) -> None:
    def index() -> str:
        assert current_app == app
        assert current_app._get_current_object() is app  # type: ignore[attr-defined]
        assert app_ctx.app is app
        assert request_ctx.request is request._get_current_object()  # type: ignore[attr-defined]
        return f"{has_app_context()} {has_request_context()}"

    app.add_url_rule("/", "index", index)
    assert ask("/").text == "True True"
    assert (has_app_context(), has_request_context()) == (False, False)


def test_proxies_do_not_pass_for_their_objects(app: Flask) -> None:
    with app.app_context():
        assert type(current_app) is LocalProxy
        assert isinstance(current_app, Flask)


def test_context_of_another_application_comes_on_top(app: Flask) -> None:
    other = Flask("other")
    with app.app_context():
        g.name = "outer"
        with other.app_context():
            assert current_app.name == "other"
            assert "name" not in g
        assert current_app.name == "shop"
        assert g.name == "outer"


def test_context_can_be_pushed_by_hand(app: Flask) -> None:
    events: list[str] = []
    app.before_request(lambda: events.append("before"))
    app.teardown_request(lambda error: events.append("teardown"))

    @app.after_request
    def after(response: Any) -> Any:
        events.append("after")
        return response

    context = app.test_request_context("/make_report/2017", query_string={"format": "short"})
    context.push()
    assert request.args["format"] == "short"
    assert app.preprocess_request() is None
    response = app.process_response(app.response_class())
    assert repr(response) == "<Response 0 bytes [200 OK]>"
    context.pop()
    assert events == ["before", "after", "teardown"]


def test_another_thread_does_not_see_the_request(app: Flask, ask: Asker) -> None:
    seen: list[Any] = []

    def index() -> str:
        @copy_current_request_context
        def copied() -> None:
            seen.append((request.path, session.get("a"), current_app.name))

        for target in (lambda: seen.append(has_request_context()), copied):
            thread = threading.Thread(target=target)
            thread.start()
            thread.join()
        return ""

    app.add_url_rule("/path", "index", index)
    ask("/path")
    assert seen == [False, ("/path", None, "shop")]


def test_functions_around_the_view_run_in_the_documented_order(app: Flask, ask: Asker) -> None:
    events: list[str] = []

    def note(name: str) -> Any:
        def function(*args: Any) -> Any:
            events.append(name)
            return args[0] if args and name.startswith("after") else None

        return function

    parent = Blueprint("parent", __name__)
    child = Blueprint("child", __name__)
    for owner, name in ((child, "child"), (parent, "parent"), (app, "app")):
        for hook in ("url_value_preprocessor", "before_request", "after_request"):
            getattr(owner, hook)(note(f"{hook.partition('_')[0]} {name}"))
        owner.teardown_request(note(f"teardown {name}"))
    app.teardown_appcontext(note("teardown appcontext"))

    @child.get("/")
    def index() -> str:
        after_this_request(note("after this"))
        events.append("view")
        return ""

    parent.register_blueprint(child)
    app.register_blueprint(parent)
    ask("/")
    order = ["app", "parent", "child"]
    assert events == [
        *(f"url {name}" for name in order),
        *(f"before {name}" for name in order),
        "view",
        "after this",
        *(f"after {name}" for name in reversed(order)),
        *(f"teardown {name}" for name in reversed(order)),
        "teardown appcontext",
    ]


def test_answer_of_a_before_function_skips_the_rest(app: Flask, ask: Asker) -> None:
    events: list[str] = []
    app.before_request(lambda: events.append("first"))
    app.before_request(lambda: ("answered", 202))
    app.before_request(lambda: events.append("never"))
    app.add_url_rule("/", "index", lambda: events.append("never") or "")
    response = ask("/")
    assert (response.status_code, response.text) == (202, "answered")
    assert events == ["first"]


def test_after_functions_run_last_registered_first(app: Flask, ask: Asker) -> None:
    def append(letter: str) -> Any:
        def after(response: Any) -> Any:
            response.data += letter.encode()
            return response

        return after

    for letter in "abc":
        app.after_request(append(letter))
    app.add_url_rule("/", "index", lambda: "")
    assert ask("/").text == "cba"


def test_unmatched_url_runs_the_applications_functions(app: Flask, ask: Asker) -> None:
    events: list[str] = []
    app.before_request(lambda: events.append(f"before {request.endpoint}"))
    app.teardown_request(lambda error: events.append(f"teardown {error}"))
    assert ask("/missing").status_code == 404
    assert events == ["before None", "teardown None"]


def test_cookie_set_before_there_is_a_response(app: Flask, ask: Asker) -> None:
    @app.before_request
    def detect_language() -> None:
        if "user_lang" not in request.cookies:

            @after_this_request
            def remember(response: Any) -> Any:
                response.set_cookie("user_lang", "de")
                return response

    app.add_url_rule("/", "index", lambda: request.cookies.get("user_lang", "none"))
    assert [ask("/").text, ask("/").text] == ["none", "de"]
    assert "Set-Cookie" not in ask("/").headers


def test_setup_after_the_first_request_is_refused(app: Flask, ask: Asker) -> None:
    ask("/")
    for set_up in (
        lambda: app.route("/late"),
        lambda: app.before_request(lambda: None),
        lambda: app.errorhandler(404),
        lambda: app.register_blueprint(Blueprint("late", __name__)),
        lambda: app.context_processor(dict),
        lambda: app.template_filter(),
        lambda: app.teardown_appcontext(lambda error: None),
    ):
        with pytest.raises(AssertionError, match="can no longer be called on the application"):
            set_up()


def test_namespace_of_g() -> None:
    app = Flask("own")
    with app.app_context():
        g.a = 1
        assert g.get("a") == 1
        assert g.get("b", 2) == 2
        assert g.setdefault("b", 3) == 3
        assert sorted(g) == ["a", "b"]
        assert g.pop("a") == 1
        assert g.pop("a", None) is None
        with pytest.raises(KeyError):
            g.pop("a")
        del g.b
        with pytest.raises(AttributeError):
            g.b  # noqa: B018
        assert repr(g) == "<flask.g of 'own'>"
