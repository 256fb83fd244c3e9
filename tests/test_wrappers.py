"""The application's request and response: what they add to Werkzeug's.

Flask: Incoming Request Data, Response Objects.
"""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from django.http import HttpResponse

from flaskish import (
    Blueprint,
    Flask,
    Request,
    Response,
    abort,
    make_response,
    request,
    url_for,
)
from flaskish.debughelpers import DebugFilesKeyError
from flaskish.testing import FlaskClient
from flaskish.werkzeug.exceptions import RequestEntityTooLarge
from flaskish.werkzeug.wrappers import Response as BaseResponse

from .both_ways import WAYS, asking


def test_request_knows_its_rule(app: Flask) -> None:
    app.add_url_rule("/user/<int:id>", "user", lambda id: "")
    with app.test_request_context("/user/3"):
        assert request.endpoint == "user"
        assert request.view_args == {"id": 3}
        assert request.url_rule is not None
        assert request.url_rule.rule == "/user/<int:id>"
        assert request.routing_exception is None


def test_request_without_a_rule_has_its_reason(app: Flask) -> None:
    with app.test_request_context("/missing"):
        assert request.endpoint is None
        assert request.view_args is None
        assert request.url_rule is None
        assert request.routing_exception is not None
        assert request.routing_exception.code == 404


def test_request_knows_its_blueprints(app: Flask) -> None:
    parent = Blueprint("parent", __name__, url_prefix="/parent")
    child = Blueprint("child", __name__, url_prefix="/child")
    for registered in (parent, child, app):
        registered.add_url_rule("/", "index", lambda: "")
    parent.register_blueprint(child)
    app.register_blueprint(parent)
    with app.test_request_context("/parent/child/"):
        assert request.blueprint == "parent.child"
        assert request.blueprints == ["parent.child", "parent"]
    with app.test_request_context("/"):
        assert request.blueprint is None
        assert request.blueprints == []


def post(client: FlaskClient, **kwargs: Any) -> Any:
    return client.post("/", **kwargs)


@pytest.fixture
def reading(app: Flask) -> Flask:
    app.add_url_rule("/", "index", lambda: str(len(request.form)), methods=["POST"])
    return app


@pytest.mark.parametrize(
    ("key", "value", "data"),
    [
        ("MAX_CONTENT_LENGTH", 10, {"a": "x" * 20}),
        ("MAX_FORM_MEMORY_SIZE", 10, {"a": "x" * 20, "file": (BytesIO(b"1"), "a.txt")}),
        ("MAX_FORM_PARTS", 1, {"a": "1", "b": "2", "file": (BytesIO(b"1"), "a.txt")}),
    ],
)
def test_limits_of_the_configuration_give_413(
    reading: Flask, client: FlaskClient, key: str, value: int, data: dict[str, Any]
) -> None:
    reading.config[key] = value
    assert post(client, data=data).status_code == 413


def test_limit_of_one_request_replaces_that_of_the_configuration(
    app: Flask, client: FlaskClient
) -> None:
    @app.post("/")
    def index() -> str:
        assert request.max_content_length == 5
        request.max_content_length = 100
        return str(len(request.get_data()))

    app.config["MAX_CONTENT_LENGTH"] = 5
    assert post(client, data=b"x" * 50).data == b"50"


def test_limits_have_their_documented_defaults(app: Flask) -> None:
    with app.test_request_context():
        assert request.max_content_length is None
        assert request.max_form_memory_size == 500_000
        assert request.max_form_parts == 1_000


def test_view_that_does_not_read_the_body_knows_no_limit(app: Flask, client: FlaskClient) -> None:
    app.config["MAX_CONTENT_LENGTH"] = 5
    app.add_url_rule("/", "index", lambda: "unread", methods=["POST"])
    assert post(client, data=b"x" * 50).data == b"unread"


def test_too_large_body_can_be_handled(reading: Flask, client: FlaskClient) -> None:
    reading.config["MAX_CONTENT_LENGTH"] = 5
    reading.register_error_handler(RequestEntityTooLarge, lambda error: "too large")
    assert post(client, data={"a": "x" * 50}).data == b"too large"


@pytest.fixture
def json_client(app: Flask, client: FlaskClient) -> FlaskClient:
    app.add_url_rule("/", "index", lambda: {"got": request.json}, methods=["POST"])
    return client


def test_body_of_another_type_is_415(json_client: FlaskClient) -> None:
    response = post(json_client, data=b"{}", content_type="text/plain")
    assert response.status_code == 415
    assert "Did not attempt to load JSON data" in response.text


@pytest.mark.parametrize("body", [b"{", b"", b"\xff", b"{'a': 1}", b"nope"])
def test_body_that_is_no_json_is_400(json_client: FlaskClient, body: bytes) -> None:
    response = post(json_client, data=body, content_type="application/json")
    assert response.status_code == 400


def test_message_of_the_parser_is_for_debug_mode(app: Flask, json_client: FlaskClient) -> None:
    kwargs: dict[str, Any] = {"data": b"{", "content_type": "application/json"}
    assert "Failed to decode JSON object" not in post(json_client, **kwargs).text
    app.debug = True
    assert "Failed to decode JSON object" in post(json_client, **kwargs).text


def test_get_json_is_silent_if_asked(app: Flask) -> None:
    with app.test_request_context(method="POST", data=b"{", content_type="application/json"):
        assert request.get_json(silent=True) is None
    with app.test_request_context(method="POST", data=b"[1]", content_type="text/plain"):
        assert request.get_json(silent=True) is None
        assert request.get_json(force=True) == [1]


def test_missing_field_is_400_and_named_in_debug_mode(app: Flask, client: FlaskClient) -> None:
    app.add_url_rule("/", "index", lambda: request.form["name"], methods=["POST"])
    response = post(client)
    assert response.status_code == 400
    assert "KeyError" not in response.text
    app.config.update(DEBUG=True, TRAP_BAD_REQUEST_ERRORS=False)
    assert "KeyError: &#39;name&#39;" in post(client).text


def test_missing_file_explains_itself_in_debug_mode(app: Flask, client: FlaskClient) -> None:
    app.debug = True
    app.add_url_rule("/", "index", lambda: request.files["photo"].name, methods=["POST"])
    with pytest.raises(DebugFilesKeyError, match="no file contents were transmitted") as caught:
        post(client, data={"photo": "a.jpg"})
    assert "provide enctype=" in str(caught.value)
    assert "'a.jpg'" in str(caught.value)


def test_response_is_html_by_default() -> None:
    response = Response("text")
    assert isinstance(response, BaseResponse)
    assert isinstance(response, HttpResponse) or hasattr(response, "streaming")
    assert response.content_type == "text/html; charset=utf-8"
    assert BaseResponse("text").content_type == "text/plain; charset=utf-8"


def test_location_is_sent_as_it_is(app: Flask, client: FlaskClient) -> None:
    app.add_url_rule("/", "index", lambda: Response(status=302, headers={"Location": "next?a=b"}))
    assert client.get("/").headers["Location"] == "next?a=b"


def test_size_of_cookies_is_configured(app: Flask) -> None:
    assert Response().max_cookie_size == 4093
    app.config["MAX_COOKIE_SIZE"] = 10
    with app.app_context():
        assert Response().max_cookie_size == 10


@pytest.mark.parametrize(
    ("args", "status", "body"),
    [
        ((), 200, b""),
        (("text",), 200, b"text"),
        (("text", 404), 404, b"text"),
        (("text", 404, {"X-A": "1"}), 404, b"text"),
        ((("text", 201),), 201, b"text"),
        (({"a": 1},), 200, b'{"a":1}\n'),
    ],
)
def test_make_response_takes_what_a_view_returns(
    app: Flask, args: tuple[Any, ...], status: int, body: bytes
) -> None:
    with app.test_request_context():
        response = make_response(*args)
    assert isinstance(response, Response)
    assert (response.status_code, response.data) == (status, body)


def test_made_response_can_be_changed(app: Flask, client: FlaskClient) -> None:
    @app.get("/")
    def index() -> Response:
        response = make_response("text")
        response.headers["X-Something"] = "A value"
        response.set_cookie("username", "the username")
        return response

    response = client.get("/")
    assert response.headers["X-Something"] == "A value"
    assert response.headers["Set-Cookie"] == 'username="the username"; Path=/'


def test_response_may_be_aborted_with(app: Flask, client: FlaskClient) -> None:
    app.add_url_rule("/", "index", lambda: abort(Response("own", status=409)))
    assert (client.get("/").status_code, client.get("/").data) == (409, b"own")


def test_own_classes_are_used(app: Flask, client: FlaskClient) -> None:
    class OwnRequest(Request):
        @property
        def own(self) -> str:
            return f"own {self.path}"

    class OwnResponse(Response):
        default_mimetype = "text/plain"

    app.request_class = OwnRequest
    app.response_class = OwnResponse
    app.add_url_rule("/", "index", lambda: request.own)
    response = client.get("/")
    assert response.data == b"own /"
    assert response.content_type == "text/plain; charset=utf-8"


def test_request_of_an_environ_needs_no_application() -> None:
    environ = {"REQUEST_METHOD": "GET", "QUERY_STRING": "a=1", "PATH_INFO": "/p"}
    assert Request(environ).args["a"] == "1"
    assert Request(environ).path == "/p"


def test_request_without_a_user_says_who_finds_it(app: Flask) -> None:
    with app.test_request_context():
        assert not hasattr(request, "user")
        with pytest.raises(AttributeError, match="Django's AuthenticationMiddleware finds it"):
            request.user  # noqa: B018


def test_request_class_may_name_the_trusted_hosts(app: Flask) -> None:
    class OwnRequest(Request):
        trusted_hosts = ["example.org"]

    app.request_class = OwnRequest
    app.add_url_rule("/", "index", lambda: url_for("index", _external=True))
    client = app.test_client()
    assert client.get("/", base_url="http://example.org").text == "http://example.org/"
    assert client.get("/", base_url="http://example.com").status_code == 400


class NotedStream:
    """Notes what is read from a stream."""

    def __init__(self, stream: Any) -> None:
        self.stream = stream
        self.noted = b""

    def read(self, size: int) -> bytes:
        data: bytes = self.stream.read(size)
        self.noted += data
        return data


@pytest.mark.parametrize("way", WAYS)
def test_stream_in_the_environment_is_read_even_if_django_knows_the_request(
    app: Flask, way: str
) -> None:
    @app.post("/")
    def index() -> str:
        assert request.META["REQUEST_METHOD"] == "POST"
        stream = request.environ["wsgi.input"] = NotedStream(request.environ["wsgi.input"])
        return f"{request.get_data()!r} {stream.noted!r}"

    with asking(app, way) as ask:
        assert ask("/", "POST", data=b"body").text == "b'body' b'body'"
