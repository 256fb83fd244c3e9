"""The application object: registration, dispatch, hooks and errors."""

from __future__ import annotations

import gc
import io
import weakref
from typing import Any

import pytest
from asgiref.sync import markcoroutinefunction
from django.core.exceptions import BadRequest as DjangoBadRequest
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpResponse, StreamingHttpResponse

from flaskish import Blueprint, Flask, Response, abort, g, request, send_file, url_for
from flaskish.testing import EnvironBuilder, FlaskClient
from flaskish.werkzeug.exceptions import Forbidden, NotFound


def test_view_returns_text(app: Flask, client: FlaskClient) -> None:
    @app.route("/")
    def index() -> str:
        return "Hello"

    response = client.get("/")
    assert response.status == "200 OK"
    assert response.data == b"Hello"
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    assert response.headers["Content-Length"] == "5"


@pytest.mark.parametrize(
    ("answer", "status", "body"),
    [
        ("text", 200, b"text"),
        (b"bytes", 200, b"bytes"),
        ({"a": 1}, 200, b'{"a":1}\n'),
        ([1, 2], 200, b"[1,2]\n"),
        (("text", 201), 201, b"text"),
        (("text", "418 Tea"), 418, b"text"),
        (({"a": 1}, 202, {"X-A": "1"}), 202, b'{"a":1}\n'),
        (HttpResponse("django", status=203), 203, b"django"),
        (StreamingHttpResponse([b"a", b"b"]), 200, b"ab"),
    ],
)
def test_return_types(
    app: Flask, client: FlaskClient, answer: object, status: int, body: bytes
) -> None:
    app.add_url_rule("/", "index", lambda: answer)
    response = client.get("/")
    assert (response.status_code, response.data) == (status, body)


def test_headers_of_a_tuple_are_set(app: Flask, client: FlaskClient) -> None:
    app.add_url_rule("/", "index", lambda: ("", {"X-One": "1"}))
    assert client.get("/").headers["X-One"] == "1"


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (None, "The view function for 'index' did not return a valid response"),
        (("a", "b", "c", "d"), "tuple must have the form"),
        (True, "it was a bool"),
    ],
)
def test_invalid_answers_are_explained(
    app: Flask, client: FlaskClient, answer: object, message: str
) -> None:
    app.add_url_rule("/", "index", lambda: answer)
    with pytest.raises(TypeError, match=message):
        client.get("/")


def test_two_functions_for_one_endpoint_are_refused(app: Flask) -> None:
    app.add_url_rule("/a", "index", lambda: "a")
    with pytest.raises(AssertionError, match="overwriting an existing endpoint function: index"):
        app.add_url_rule("/b", "index", lambda: "b")


def test_methods_as_string_are_refused(app: Flask) -> None:
    with pytest.raises(TypeError, match="must be a list of strings"):
        app.add_url_rule("/", "index", lambda: "", methods="GET")


def test_setup_after_the_first_request_is_refused(app: Flask, client: FlaskClient) -> None:
    client.get("/")
    with pytest.raises(AssertionError, match="setup method 'add_url_rule' can no longer be called"):
        app.add_url_rule("/", "index", lambda: "")


def test_options_are_answered_without_the_view(app: Flask, client: FlaskClient) -> None:
    app.add_url_rule("/", "index", lambda: "", methods=["GET", "POST"])
    assert sorted(client.options("/").allow) == ["GET", "HEAD", "OPTIONS", "POST"]


def test_wrong_method_names_the_allowed_ones(app: Flask, client: FlaskClient) -> None:
    app.add_url_rule("/", "index", lambda: "", methods=["POST"])
    response = client.get("/")
    assert response.status_code == 405
    assert sorted(response.allow) == ["OPTIONS", "POST"]


def test_hooks_run_in_order(app: Flask, client: FlaskClient) -> None:
    events = []
    bp = Blueprint("bp", __name__)
    app.before_request(lambda: events.append("app before"))
    bp.before_request(lambda: events.append("bp before"))

    @app.after_request
    def after(response: object) -> object:
        events.append("app after")
        return response

    @bp.after_request
    def bp_after(response: object) -> object:
        events.append("bp after")
        return response

    app.teardown_request(lambda error: events.append("app teardown"))
    bp.teardown_request(lambda error: events.append("bp teardown"))
    bp.add_url_rule("/", "index", lambda: events.append("view") or "")
    app.register_blueprint(bp)
    client.get("/")
    assert events == [
        "app before",
        "bp before",
        "view",
        "bp after",
        "app after",
        "bp teardown",
        "app teardown",
    ]


def test_before_request_may_answer(app: Flask, client: FlaskClient) -> None:
    app.before_request(lambda: "")
    app.add_url_rule("/", "index", lambda: "view")
    assert client.get("/").data == b""


@pytest.mark.parametrize("hook", ["before_request", "after_request", "teardown_request"])
def test_stop_iteration_in_a_hook_is_an_error_like_any_other(app: Flask, hook: str) -> None:
    # ``next(user for user in users if ...)`` in a hook that guards the views.
    app.add_url_rule("/", "index", lambda: "secret")
    getattr(app, hook)(lambda *args: next(iter(())))
    with pytest.raises(StopIteration):
        app.test_client().get("/")


def test_teardown_hears_of_the_error(app: Flask) -> None:
    app.config["PROPAGATE_EXCEPTIONS"] = False
    errors: list[BaseException | None] = []
    app.teardown_request(errors.append)
    app.add_url_rule("/", "index", lambda: 1 / 0)
    assert app.test_client().get("/").status_code == 500
    assert [type(error) for error in errors] == [ZeroDivisionError]


def test_handler_for_500_gets_the_original_error(app: Flask, client: FlaskClient) -> None:
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.add_url_rule("/", "index", lambda: 1 / 0)
    app.register_error_handler(500, lambda e: (type(e.original_exception).__name__, 500))
    assert client.get("/").data == b"ZeroDivisionError"


def test_handler_by_code_on_the_app_beats_one_by_class_on_the_blueprint(
    app: Flask, client: FlaskClient
) -> None:
    bp = Blueprint("bp", __name__)
    bp.register_error_handler(Exception, lambda e: "blueprint")
    app.register_error_handler(404, lambda e: "app")
    bp.add_url_rule("/", "index", lambda: abort(404))
    app.register_blueprint(bp)
    assert client.get("/").data == b"app"


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (Http404("gone"), 404),
        (PermissionDenied(), 403),
        (SuspiciousOperation(), 400),
        (DjangoBadRequest(), 400),
    ],
)
def test_errors_of_django_have_their_meaning(
    app: Flask, client: FlaskClient, error: Exception, status: int
) -> None:
    def index() -> str:
        raise error

    app.add_url_rule("/", "index", index)
    assert client.get("/").status_code == status


def test_handlers_see_errors_of_django(app: Flask, client: FlaskClient) -> None:
    def index() -> str:
        raise Http404

    app.add_url_rule("/", "index", index)
    app.register_error_handler(NotFound, lambda e: ("not here", 404))
    assert client.get("/").data == b"not here"


def test_handler_for_an_error_of_django_itself(app: Flask, client: FlaskClient) -> None:
    def index() -> str:
        raise PermissionDenied

    app.add_url_rule("/", "index", index)
    app.register_error_handler(PermissionDenied, lambda e: ("itself", 403))
    app.register_error_handler(Forbidden, lambda e: ("translated", 403))
    assert client.get("/").data == b"itself"


@pytest.mark.parametrize(
    ("wrong", "error", "message"),
    [
        (402, ValueError, "'402' is not a recognized HTTP error code"),
        (KeyError("x"), TypeError, "is an instance, not a class"),
        (list, ValueError, "'list' is not a subclass of Exception"),
    ],
)
def test_error_handlers_for_nonsense_are_refused(
    app: Flask, wrong: object, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        app.register_error_handler(wrong, lambda e: "")  # type: ignore[arg-type]


def test_url_for_in_a_request(app: Flask) -> None:
    app.add_url_rule("/user/<int:id>", "user", lambda id: "")
    with app.test_request_context():
        assert url_for("user", id=3, q="a b", _anchor="x y") == "/user/3?q=a+b#x%20y"
        assert url_for("user", id=3, _external=True) == "http://localhost/user/3"
        assert url_for("user", id=3, _scheme="https") == "https://localhost/user/3"


def test_url_for_outside_a_request_needs_a_server_name(app: Flask) -> None:
    app.add_url_rule("/", "index", lambda: "")
    with app.app_context(), pytest.raises(RuntimeError, match="without 'SERVER_NAME' configured"):
        url_for("index")


def test_app_without_views_is_freed_at_once() -> None:
    gc.disable()
    try:
        reference = weakref.ref(Flask("short_lived"))
        assert reference() is None
    finally:
        gc.enable()


@pytest.mark.parametrize(
    ("path", "method"), [("/", "GET"), ("/", "HEAD"), ("/", "OPTIONS"), ("/unknown", "GET")]
)
def test_request_is_freed_as_soon_as_its_answer_is_closed(
    app: Flask, path: str, method: str
) -> None:
    references: list[weakref.ref[Any]] = []
    app.add_url_rule("/", "index", lambda: request.data)
    app.before_request(lambda: references.append(weakref.ref(request._get_current_object())))  # type: ignore[attr-defined]
    environ = EnvironBuilder(app, path, method=method, data=b"large").get_environ()
    body: Any = app(environ, lambda status, headers, exc_info=None: lambda data: None)
    assert environ["werkzeug.request"] is references[0]()
    gc.disable()
    try:
        body.close()
        assert references[0]() is None
    finally:
        gc.enable()


@pytest.mark.parametrize("has_something_to_close", [True, False])
def test_request_of_a_file_is_freed_as_soon_as_its_answer_is_closed(
    app: Flask, has_something_to_close: bool
) -> None:
    references: list[weakref.ref[Any]] = []

    @app.get("/")
    def index() -> Response:
        references.append(weakref.ref(request._get_current_object()))  # type: ignore[attr-defined]
        response = send_file(io.BytesIO(b"file"), mimetype="text/plain")
        if has_something_to_close:
            response.call_on_close(lambda: None)
        return response

    environ = EnvironBuilder(app, "/").get_environ()
    gc.disable()
    try:
        body: Any = app(environ, lambda status, headers, exc_info=None: lambda data: None)
        assert b"".join(body) == b"file"
        body.close()
        del body
        assert references[0]() is None
    finally:
        gc.enable()


@pytest.mark.parametrize("is_marked", [True, False])
def test_function_may_be_marked_as_one_that_returns_a_coroutine(
    app: Flask, client: FlaskClient, is_marked: bool
) -> None:
    async def answer() -> str:
        return "awaited"

    def view() -> Any:
        return answer() if is_marked else "called"

    view.mark = "another"  # type: ignore[attr-defined]
    app.add_url_rule("/", "view", markcoroutinefunction(view) if is_marked else view)
    assert client.get("/").text == ("awaited" if is_marked else "called")


def test_request_falls_through_to_the_http_request(app: Flask, client: FlaskClient) -> None:
    app.add_url_rule("/", "index", lambda: request.GET["q"])
    assert client.get("/?q=1&q=2").data == b"2"


def test_args_give_the_first_value(app: Flask, client: FlaskClient) -> None:
    app.add_url_rule("/", "index", lambda: request.args["q"])
    assert client.get("/?q=1&q=2").data == b"1"


def test_async_view(app: Flask, client: FlaskClient) -> None:
    async def index() -> str:
        return request.path

    app.add_url_rule("/", "index", index)
    assert client.get("/").data == b"/"


def test_g_is_gone_after_the_request(app: Flask, client: FlaskClient) -> None:
    def index() -> str:
        g.count = g.get("count", 0) + 1
        return str(g.count)

    app.add_url_rule("/", "index", index)
    assert [client.get("/").data, client.get("/").data] == [b"1", b"1"]
