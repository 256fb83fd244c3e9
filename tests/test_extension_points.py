"""What extensions rely on beyond the documented ways, as their own test suites do."""

from __future__ import annotations

import gc
import json
from functools import partial
from inspect import getclosurevars
from typing import Any
from unittest import mock

import pytest
from django.core.signing import b64_decode
from django.dispatch import Signal

from flaskish import (
    Flask,
    Request,
    Response,
    g,
    render_template_string,
    request,
    request_started,
    session,
    url_for,
)
from flaskish.signals import Namespace
from flaskish.templating import _default_template_ctx_processor
from flaskish.testing import FlaskClient
from flaskish.views import View
from flaskish.werkzeug.datastructures import Headers
from flaskish.werkzeug.routing import Map, MapAdapter


def test_secret_key_may_be_an_attribute_of_a_subclass() -> None:
    class KeyedFlask(Flask):
        secret_key = "a key on the class"  # type: ignore[assignment]

    app = KeyedFlask("app")

    @app.get("/")
    def index() -> str:
        session["seen"] = True
        return "written"

    assert "session=" in app.test_client().get("/").headers["Set-Cookie"]


def test_headers_may_be_replaced_by_a_dict(app: Flask, client: FlaskClient) -> None:
    @app.get("/")
    def index() -> Response:
        response = Response("teapot", 418)
        response.headers = {"X-More-Info": "short and stout"}  # type: ignore[assignment]
        return response

    answer = client.get("/")
    assert answer.headers["X-More-Info"] == "short and stout"
    assert answer.headers["Content-Length"] == "6"


def test_file_functions_can_be_replaced_where_flask_looks_them_up(app: Flask) -> None:
    with (
        mock.patch("flaskish.helpers.werkzeug.utils.send_from_directory", return_value="replaced"),
        app.test_request_context(),
    ):
        assert app.send_static_file("x.css") == "replaced"


def test_signals_arrive_when_a_tool_wraps_what_djangos_dispatcher_answers(app: Flask) -> None:
    """Error trackers replace this method of Django's to time the receivers."""
    live_receivers = Signal._live_receivers

    def wrapped(self: Signal, sender: object) -> object:
        receivers, awaited = live_receivers(self, sender)
        return [partial(receiver) for receiver in receivers], awaited

    seen = []

    def note(sender: Flask, **kwargs: object) -> None:
        seen.append(sender)

    with (
        mock.patch.object(Signal, "_live_receivers", wrapped),
        request_started.connected_to(note, app),
    ):
        app.test_client().get("/")
    assert seen == [app]


def test_signal_of_a_freed_sender_is_not_delivered_to_its_successor() -> None:
    signal = Namespace().signal("changed")
    signal.connect(print, sender=Flask("first"), weak=False)
    gc.collect()
    assert not signal.has_receivers_for(Flask("second"))


def test_default_context_processor_comes_first(app: Flask) -> None:
    @app.context_processor
    def more() -> dict[str, str]:
        return {"more": "more"}

    assert app.template_context_processors[None] == [_default_template_ctx_processor, more]
    with app.test_request_context("/here"):
        context: dict[str, object] = {}
        app.update_template_context(context)
        assert context == {"g": g, "request": request, "more": "more"}


def test_contents_of_the_session_cookie_can_be_shown_without_the_key(
    app: Flask, client: FlaskClient
) -> None:
    """Tools and tests read the part before the first dot, as in Flask's cookies."""

    @app.get("/")
    def index() -> str:
        session["user"] = "ann"
        return "written"

    client.get("/")
    cookie = client.get_cookie("session")
    assert cookie is not None
    payload = cookie.value.split(".")[0]
    assert json.loads(b64_decode(payload.encode())) == {"user": "ann"}


def test_rendering_can_be_replaced_where_flask_looks_it_up(app: Flask) -> None:
    with (
        mock.patch("flaskish.templating._render", return_value="replaced"),
        app.app_context(),
    ):
        assert render_template_string("page") == "replaced"


def test_context_made_of_a_path_alone_has_no_host_and_builds_urls(app: Flask) -> None:
    with app.test_request_context(base_url="/shop"):
        assert url_for("static", filename="x.css") == "/shop/static/x.css"


def test_page_about_a_refused_host_can_have_links(app: Flask, client: FlaskClient) -> None:
    @app.errorhandler(400)
    def refused(error: Exception) -> tuple[str, int]:
        return url_for("static", filename="x.css"), 400

    answer = client.get("/", headers={"Host": "a host"})
    assert (answer.status_code, answer.text) == (400, "/static/x.css")


def test_arguments_of_a_view_class_are_variables_of_its_view_function() -> None:
    class Greeting(View):
        def __init__(self, greeting: str) -> None:
            self.greeting = greeting

    variables = getclosurevars(Greeting.as_view("greet", greeting="hello")).nonlocals
    assert variables["class_kwargs"] == {"greeting": "hello"}
    assert variables["class_args"] == ()


def test_map_of_an_applications_own_class_takes_part_in_each_match() -> None:
    class LowerCaseMap(Map):
        def bind_to_environ(self, environ: Any, *args: Any, **kwargs: Any) -> MapAdapter:
            adapter = super().bind_to_environ(environ, *args, **kwargs)
            adapter.path_info = adapter.path_info.lower()
            return adapter

    class LowerCaseFlask(Flask):
        url_map_class = LowerCaseMap

    app = LowerCaseFlask("app")
    app.add_url_rule("/page", "page", lambda: "found")
    assert app.test_client().get("/PAGE").text == "found"


def test_function_that_makes_adapters_may_be_set_on_an_application(app: Flask) -> None:
    original = app.create_url_adapter

    def create_url_adapter(request: Any) -> MapAdapter | None:
        adapter = original(request)
        assert adapter is not None
        adapter.path_info = "/page"
        return adapter

    app.create_url_adapter = create_url_adapter  # type: ignore[method-assign]
    app.add_url_rule("/page", "page", lambda: "found")
    assert app.test_client().get("/other").text == "found"


def test_function_that_makes_adapters_may_be_replaced_on_flask_itself(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = Flask.create_url_adapter

    def create_url_adapter(self: Flask, request: Any) -> MapAdapter | None:
        adapter = original(self, request)
        assert adapter is not None
        adapter.path_info = "/page"
        return adapter

    monkeypatch.setattr(Flask, "create_url_adapter", create_url_adapter)
    app.add_url_rule("/page", "page", lambda: "found")
    assert app.test_client().get("/other").text == "found"


def test_request_of_an_own_class_may_have_headers_of_its_own(app: Flask) -> None:
    """What the request says counts, not what its environment says."""

    class HostedRequest(Request):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self.headers = Headers({"Host": "a host"})

    app.request_class = HostedRequest
    app.add_url_rule("/", "index", lambda: "found")
    assert app.test_client().get("/").status_code == 400
