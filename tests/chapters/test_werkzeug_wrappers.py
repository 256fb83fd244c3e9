"""Werkzeug's Request / Response Objects: what they are, and how far they can be changed."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import pytest

from flaskish.werkzeug.datastructures import CombinedMultiDict, MultiDict
from flaskish.werkzeug.test import Client
from flaskish.werkzeug.wrappers import Request, Response

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment


def greeting_function(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    request = Request(environ)
    response = Response(f"Hello {request.args.get('name', 'World!')}!")
    return response(environ, start_response)


@Request.application
def greeting_decorated(request: Request) -> Response:
    return Response(f"Hello {request.args.get('name', 'World!')}!")


@pytest.mark.parametrize("application", [greeting_function, greeting_decorated])
def test_both_ways_to_write_an_application(application: Any) -> None:
    assert Client(application).get("/?name=ä").text == "Hello ä!"


def test_response_is_an_application_for_many_requests() -> None:
    client = Client(Response("Hello World!"))
    assert [client.get("/").text for _ in range(2)] == ["Hello World!"] * 2
    assert client.head("/").data == b""
    assert client.get("/").text == "Hello World!"


@pytest.mark.parametrize("name", ["args", "form", "files", "cookies"])
def test_values_of_a_request_cannot_be_changed(name: str) -> None:
    values = getattr(Request.from_values(), name)
    with pytest.raises(TypeError, match="immutable"):
        values["a"] = "b"


def test_headers_of_a_request_cannot_be_changed() -> None:
    with pytest.raises(TypeError, match="immutable"):
        Request.from_values().headers["X-A"] = "b"  # type: ignore[index]


def test_joined_values_of_a_request_cannot_be_changed() -> None:
    values = Request.from_values("/?a=1").values
    assert isinstance(values, CombinedMultiDict)
    with pytest.raises(TypeError, match="immutable"):
        values["a"] = "b"


def test_immutable_attribute_is_replaced_with_a_mutable_one() -> None:
    request = Request.from_values("/?a=1")
    changed: MultiDict[str, str] = MultiDict(request.args)
    changed["a"] = "2"
    request.args = changed  # type: ignore[assignment]
    assert request.args["a"] == "2"


def test_request_cannot_be_pickled() -> None:
    with pytest.raises((TypeError, pickle.PicklingError, AttributeError)):
        pickle.dumps(Request.from_values("/", data=b"x"))


def test_frozen_response_is_pickled_and_copied() -> None:
    response = Response(iter(["a", "b"]), status=201, headers={"X-A": "c"})
    response.freeze()
    for other in (pickle.loads(pickle.dumps(response)), copy.copy(response)):
        assert (other.status_code, other.data) == (201, b"ab")
        assert other.headers["X-A"] == "c"


def test_deep_copy_of_a_response_has_headers_of_its_own() -> None:
    response = Response("a", headers={"X-A": "b"})
    other = copy.deepcopy(response)
    other.headers["X-A"] = "c"
    other.data = b"d"
    assert (response.headers["X-A"], response.data) == ("b", b"a")


def test_response_is_changed_in_place() -> None:
    response = Response("a")
    response.data = "ä"  # type: ignore[assignment]
    response.mimetype = "text/html"
    response.status_code = 404
    answer = Client(response).get("/")
    assert (answer.text, answer.content_length) == ("ä", 2)
    assert (answer.content_type, answer.status) == ("text/html; charset=utf-8", "404 NOT FOUND")
