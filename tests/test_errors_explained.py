"""Errors that tell the way out.

Flask: Debugging Application Errors.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import pytest
from jinja2 import TemplateNotFound, TemplatesNotFound

from flaskish import (
    Blueprint,
    Flask,
    current_app,
    flash,
    g,
    get_flashed_messages,
    render_template,
    request,
    session,
    url_for,
)
from flaskish.testing import FlaskClient

from .both_ways import WAYS, asking


@pytest.mark.parametrize(
    "use",
    [
        lambda: request.path,
        lambda: session["a"],
        lambda: flash("a"),
        lambda: get_flashed_messages(),
    ],
)
def test_request_outside_a_request(app: Flask, use: Callable[[], Any]) -> None:
    with (
        app.app_context(),
        pytest.raises(RuntimeError, match=r"Working outside of request context") as caught,
    ):
        use()
    assert "with app.test_request_context():" in str(caught.value)


@pytest.mark.parametrize(
    "use",
    [lambda: current_app.name, lambda: g.a, lambda: url_for("a"), lambda: render_template("a")],
)
def test_application_outside_a_context(use: Callable[[], Any]) -> None:
    with pytest.raises(RuntimeError, match="Working outside of application context") as caught:
        use()
    assert "with app.app_context():" in str(caught.value)


def test_view_that_returns_nothing(app: Flask, client: FlaskClient) -> None:
    app.add_url_rule("/", "forgetful", lambda: None)
    with pytest.raises(TypeError, match="view function for 'forgetful'") as caught:
        client.get("/")
    assert "returned None" in str(caught.value)
    assert str(caught.value).endswith("Return a string, dict, list, tuple or Response.")


@pytest.mark.parametrize("answer", [7, 1.5, {1}, object()])
def test_view_that_returns_something_else(app: Flask, client: FlaskClient, answer: Any) -> None:
    app.add_url_rule("/", "index", lambda: answer)
    with pytest.raises(TypeError, match=f"but it was a {type(answer).__name__}") as caught:
        client.get("/")
    assert "must be a string, dict, list, tuple" in str(caught.value)


def without_wraps(view: Callable[[], str]) -> Callable[[], str]:
    def wrapper() -> str:
        return view()

    return wrapper


def test_two_views_with_one_endpoint_are_both_named(app: Flask) -> None:
    @app.get("/a")
    @without_wraps
    def first() -> str:
        return ""

    def second() -> str:
        return ""

    with pytest.raises(AssertionError, match="existing endpoint function: wrapper") as caught:
        app.get("/b")(without_wraps(second))
    message = str(caught.value)
    assert message.count(f"{__name__}.without_wraps.<locals>.wrapper (line ") == 2
    assert "functools.wraps" in message
    app.get("/c")(wraps(second)(without_wraps(second)))


@pytest.mark.parametrize(
    ("rule", "error", "messages"),
    [
        ("index", ValueError, ["URL rule 'index' must start with a slash"]),
        ("/<name", ValueError, ["malformed url rule: '/<name'", "<converter:name>"]),
        ("/a/<int(min=1:id>", ValueError, ["No variable begins at '<int(min=1:id>'"]),
        ("/<number:id>", LookupError, ["'number' does not exist", "int, path, string"]),
        ("/<a>/<a>", SyntaxError, ["'/<a>/<a>' uses the variable 'a' twice"]),
    ],
)
def test_rule_that_does_not_parse_fails_at_registration(
    app: Flask, rule: str, error: type[Exception], messages: list[str]
) -> None:
    with pytest.raises(error) as caught:
        app.add_url_rule(rule, "index", lambda **values: "")
    for message in messages:
        assert message in str(caught.value)


def test_error_of_a_converter_notes_the_rule(app: Flask) -> None:
    with pytest.raises(TypeError, match="unexpected keyword argument") as caught:
        app.add_url_rule("/<int(least=1):id>", "index", lambda id: "")
    assert caught.value.__notes__ == ["This is about the URL rule '/<int(least=1):id>'."]


@pytest.mark.parametrize("argument", ["min", "max", "fixed_digits"])
def test_limit_that_is_no_number_fails_at_registration(app: Flask, argument: str) -> None:
    with pytest.raises(ValueError, match=f"'{argument}' is 'many'") as caught:
        app.add_url_rule(f"/<int({argument}=many):id>", "index", lambda id: "")
    assert caught.value.__notes__ == [f"This is about the URL rule '/<int({argument}=many):id>'."]


@pytest.fixture
def get_only(app: Flask) -> Flask:
    app.add_url_rule("/items", "items", lambda: "")
    app.add_url_rule("/items", "replace", lambda: "", methods=["PUT"])
    return app


@pytest.mark.parametrize("way", WAYS)
def test_wrong_method_is_explained_in_debug_mode(get_only: Flask, way: str) -> None:
    get_only.debug = True
    with asking(get_only, way) as ask:
        response = ask("/items", "POST")
    assert response.status_code == 405
    assert "The view &#39;items&#39; of the rule &#39;/items&#39; answers GET." in response.text
    assert "methods=[&#39;GET&#39;, &#39;POST&#39;]" in response.text
    assert "The view &#39;replace&#39;" in response.text
    assert set(response.allow) == {"GET", "HEAD", "OPTIONS", "PUT"}


def test_wrong_method_says_no_more_outside_debug_mode(get_only: Flask, client: FlaskClient) -> None:
    text = client.post("/items").text
    assert "The method is not allowed for the requested URL.</p>" in text
    assert "items" not in text


def test_missing_template_notes_the_folders(app: Flask, tmp_path: Path) -> None:
    (tmp_path / "present").mkdir()
    app.register_blueprint(
        Blueprint("shop", "an_app", root_path=str(tmp_path), template_folder="present")
    )
    with app.app_context(), pytest.raises(TemplateNotFound) as caught:
        render_template("index.html")
    assert str(caught.value) == "index.html"
    (note,) = caught.value.__notes__
    templates = str(Path(app.root_path) / "templates")
    assert f"- {templates!r} of application 'an_app' is missing\n" in note
    assert f"- {str(tmp_path / 'present')!r} of blueprint 'shop' (an_app)\n" in note
    assert "'template_folder'" in note


def test_missing_templates_of_a_list_note_the_folders_once(app: Flask) -> None:
    with app.app_context(), pytest.raises(TemplatesNotFound) as caught:
        render_template(["a.html", "b.html"])
    assert len(caught.value.__notes__) == 1


def test_missing_template_of_an_application_without_a_folder() -> None:
    app = Flask("folderless", template_folder=None)
    with app.app_context(), pytest.raises(TemplateNotFound) as caught:
        render_template("index.html")
    assert "No template folder is set" in caught.value.__notes__[0]


@pytest.mark.parametrize("name", ["route", "get"])
def test_decorator_of_a_route_without_its_rule(app: Flask, name: str) -> None:
    """Flask registers nothing, and says nothing."""
    decorator: Callable[[Any], object] = getattr(app, name)
    with pytest.raises(TypeError, match="lacks its rule"):
        decorator(lambda: "a")


def test_handler_for_a_code_in_quotes(app: Flask) -> None:
    with pytest.raises(TypeError, match="'404' is not a class"):
        app.errorhandler("404")(str)  # type: ignore[arg-type]
