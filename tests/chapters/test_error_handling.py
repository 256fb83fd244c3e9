"""Handling Application Errors, Debugging Application Errors."""

from __future__ import annotations

from typing import Any

import pytest

from flaskish import Blueprint, Flask, abort, json, jsonify, request
from flaskish.werkzeug.exceptions import (
    BadRequest,
    HTTPException,
    InternalServerError,
    MethodNotAllowed,
    NotFound,
)

from ..both_ways import Asker


def raising(error: BaseException | type[BaseException]) -> Any:
    """A view that raises an error."""

    def view() -> str:
        raise error

    return view


@pytest.mark.parametrize("registered", [400, BadRequest])
def test_code_and_class_are_interchangeable(app: Flask, ask: Asker, registered: Any) -> None:
    app.register_error_handler(registered, lambda error: ("bad request!", 400))
    app.add_url_rule("/class", "class", raising(BadRequest()))
    app.add_url_rule("/code", "code", lambda: abort(400))
    for url in ("/class", "/code"):
        assert (ask(url).status_code, ask(url).text) == (400, "bad request!")


def test_status_of_the_answer_is_the_handlers_business(app: Flask, ask: Asker) -> None:
    app.register_error_handler(404, lambda error: "found after all")
    assert (ask("/missing").status_code, ask("/missing").text) == (200, "found after all")


class InsufficientStorage(HTTPException):
    code = 507
    description = "Not enough storage space."


def test_code_that_nobody_knows_has_a_class(app: Flask, ask: Asker) -> None:
    app.add_url_rule("/", "index", raising(InsufficientStorage()))
    response = ask("/")
    assert response.status_code == 507
    assert "Not enough storage space." in response.text


def test_class_of_an_own_code_is_registered(app: Flask, ask: Asker) -> None:
    app.register_error_handler(InsufficientStorage, lambda error: (error.description, 507))
    app.add_url_rule("/", "index", raising(InsufficientStorage()))
    assert ask("/").text == "Not enough storage space."
    with pytest.raises(ValueError, match="'599' is not a recognized HTTP error code"):
        Flask("own").register_error_handler(599, lambda error: "")


def test_nearest_class_answers(app: Flask, ask: Asker) -> None:
    app.register_error_handler(ConnectionError, lambda error: "general")
    app.register_error_handler(ConnectionRefusedError, lambda error: "special")
    app.add_url_rule("/refused", "refused", raising(ConnectionRefusedError))
    app.add_url_rule("/reset", "reset", raising(ConnectionResetError))
    assert ask("/refused").text == "special"
    assert ask("/reset").text == "general"


def test_handler_of_the_blueprint_comes_first(app: Flask, ask: Asker) -> None:
    blueprint = Blueprint("blog", __name__, url_prefix="/blog")
    blueprint.register_error_handler(404, lambda error: ("of the blog", 404))
    app.register_error_handler(404, lambda error: ("of the application", 404))
    blueprint.add_url_rule("/aborts", "aborts", lambda: abort(404))
    app.register_blueprint(blueprint)
    assert ask("/blog/aborts").text == "of the blog"
    assert ask("/blog/missing").text == "of the application"


def test_application_may_distinguish_by_path(app: Flask, ask: Asker) -> None:
    @app.errorhandler(404)
    @app.errorhandler(405)
    def handle_api_error(error: HTTPException) -> Any:
        if request.path.startswith("/api/"):
            return jsonify(error=str(error)), error.code
        return error

    app.add_url_rule("/api/only", "only", lambda: "", methods=["POST"])
    response = ask("/api/missing")
    assert response.status_code == 404
    assert response.json is not None
    assert response.json["error"].startswith("404 Not Found: ")
    response = ask("/api/only")
    assert response.status_code == 405
    assert set(response.allow) == set()
    assert "<title>404 Not Found</title>" in ask("/missing").text


def test_http_errors_as_json(app: Flask, ask: Asker) -> None:
    @app.errorhandler(HTTPException)
    def handle(error: HTTPException) -> Any:
        response: Any = error.get_response()
        response.data = json.dumps(
            {"code": error.code, "name": error.name, "description": error.description}
        )
        response.content_type = "application/json"
        return response

    app.add_url_rule("/", "index", lambda: "", methods=["POST"])
    response = ask("/")
    assert response.status_code == 405
    assert response.json == {
        "code": 405,
        "description": MethodNotAllowed.description,
        "name": "Method Not Allowed",
    }
    assert set(response.allow) == {"POST", "OPTIONS"}
    assert ask("/missing").json["name"] == "Not Found"


def test_handler_for_all_errors_may_pass_http_errors_on(app: Flask, ask: Asker) -> None:
    @app.errorhandler(Exception)
    def handle(error: Exception) -> Any:
        if isinstance(error, HTTPException):
            return error
        return f"caught {error}", 500

    app.add_url_rule("/", "index", raising(ValueError("it")))
    assert (ask("/").status_code, ask("/").text) == (500, "caught it")
    assert "<title>404 Not Found</title>" in ask("/missing").text


def test_handler_for_http_errors_is_nearer_than_one_for_all(app: Flask, ask: Asker) -> None:
    app.register_error_handler(Exception, lambda error: "all")
    app.register_error_handler(HTTPException, lambda error: "http")
    assert ask("/missing").text == "http"


@pytest.mark.parametrize("registered", [500, InternalServerError])
def test_unhandled_error_reaches_the_handler_for_500(
    app: Flask, ask: Asker, registered: Any
) -> None:
    app.config["PROPAGATE_EXCEPTIONS"] = False

    @app.errorhandler(registered)
    def handle(error: InternalServerError) -> Any:
        return f"{type(error).__name__} {error.original_exception!r}", 500

    app.add_url_rule("/fails", "fails", raising(ValueError("it")))
    app.add_url_rule("/aborts", "aborts", lambda: abort(500))
    assert ask("/fails").text == "InternalServerError ValueError('it')"
    assert ask("/aborts").text == "InternalServerError None"


def test_handler_for_500_is_not_used_in_debug_mode(app: Flask) -> None:
    app.config["PROPAGATE_EXCEPTIONS"] = None
    app.debug = True
    app.register_error_handler(500, lambda error: "never")
    app.add_url_rule("/", "index", raising(ValueError("it")))
    with pytest.raises(ValueError, match="it"):
        app.test_client().get("/")


def test_error_of_a_handler_is_an_unhandled_error(app: Flask, ask: Asker) -> None:
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.register_error_handler(404, lambda error: 1 / 0)
    app.register_error_handler(500, lambda error: (repr(error.original_exception), 500))
    response = ask("/missing")
    assert (response.status_code, response.text) == (500, "ZeroDivisionError('division by zero')")


def test_description_of_an_abort(app: Flask, ask: Asker) -> None:
    app.register_error_handler(404, lambda error: (jsonify(error=str(error)), 404))
    app.add_url_rule("/cheese", "cheese", lambda: abort(404, description="Resource not found"))
    assert ask("/cheese").json == {"error": "404 Not Found: Resource not found"}


class InvalidAPIUsage(Exception):
    def __init__(self, message: str, status_code: int = 400, payload: Any = None) -> None:
        super().__init__()
        self.message = message
        self.status_code = status_code
        self.payload = payload


def test_error_class_of_the_application(app: Flask, ask: Asker) -> None:
    @app.errorhandler(InvalidAPIUsage)
    def invalid_api_usage(error: InvalidAPIUsage) -> Any:
        return {**(error.payload or {}), "message": error.message}, error.status_code

    app.add_url_rule("/", "index", raising(InvalidAPIUsage("No such user!", 404, {"id": 7})))
    response = ask("/")
    assert response.status_code == 404
    assert response.json == {"id": 7, "message": "No such user!"}


@pytest.mark.parametrize(
    ("config", "error"),
    [
        ({"TRAP_HTTP_EXCEPTIONS": True}, NotFound),
        ({"TRAP_BAD_REQUEST_ERRORS": True}, BadRequest),
    ],
)
def test_trapped_http_errors_are_like_any_other(
    app: Flask, config: dict[str, bool], error: type[HTTPException]
) -> None:
    app.config.update(config)
    app.add_url_rule("/", "index", raising(error()))
    with pytest.raises(error):
        app.test_client().get("/")


def test_trapped_errors_still_have_handlers(app: Flask, ask: Asker) -> None:
    app.config["TRAP_HTTP_EXCEPTIONS"] = True
    app.register_error_handler(NotFound, lambda error: "handled")
    assert ask("/missing").text == "handled"


def test_simple_page_for_unhandled_errors(app: Flask) -> None:
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.add_url_rule("/", "index", raising(ValueError("secret")))
    response = app.test_client().get("/")
    assert response.status_code == 500
    assert "<title>500 Internal Server Error</title>" in response.text
    assert "secret" not in response.text
