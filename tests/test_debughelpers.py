"""Errors that explain themselves in debug mode: lost forms, missing files, template loading.

Flask: Debugging Application Errors.
"""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from jinja2 import DictLoader, TemplateNotFound

from flaskish import Blueprint, Flask, render_template, request
from flaskish.debughelpers import DebugFilesKeyError, FormDataRoutingRedirect
from flaskish.testing import FlaskClient
from flaskish.werkzeug.routing import RequestRedirect


@pytest.fixture
def moving(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """An application whose redirects browsers follow without the form."""
    monkeypatch.setattr(RequestRedirect, "code", 301)
    methods = ["GET", "POST", "PUT", "DELETE"]
    app.add_url_rule("/user/", "user", lambda: "user", methods=methods)
    app.debug = True
    return app


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_redirect_that_loses_a_form_is_an_error(
    moving: Flask, client: FlaskClient, method: str
) -> None:
    with pytest.raises(FormDataRoutingRedirect) as caught:
        client.open("/user", method=method)
    message = str(caught.value)
    assert "A request was sent to 'http://localhost/user'" in message
    assert "canonical URL 'http://localhost/user/'" in message
    assert "defined with a trailing slash" in message
    assert "use 307 or 308" in message


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_redirect_without_a_form_is_followed(
    moving: Flask, client: FlaskClient, method: str
) -> None:
    assert client.open("/user", method=method).status_code == 301


def test_redirect_that_keeps_the_form_is_no_error(app: Flask, client: FlaskClient) -> None:
    app.debug = True
    app.add_url_rule("/user/", "user", lambda: request.form["a"], methods=["POST"])
    assert client.post("/user", data={"a": "1"}, follow_redirects=True).text == "1"


def test_redirects_lose_forms_in_silence_outside_debug_mode(
    moving: Flask, client: FlaskClient
) -> None:
    moving.debug = False
    assert client.post("/user").status_code == 301


def test_error_is_for_redirects_only(app: Flask) -> None:
    with (
        app.test_request_context("/missing"),
        pytest.raises(TypeError, match="is not redirected by its routing"),
    ):
        FormDataRoutingRedirect(request._get_current_object())  # type: ignore[attr-defined]


def test_file_that_was_sent_as_a_field_is_explained(app: Flask, client: FlaskClient) -> None:
    app.debug = True
    app.add_url_rule("/", "index", lambda: request.files["foo"].name, methods=["POST"])
    with pytest.raises(DebugFilesKeyError) as caught:
        client.post("/", data={"foo": "index.txt"})
    message = str(caught.value)
    assert "'application/x-www-form-urlencoded' instead of 'multipart/form-data'" in message
    assert "This was submitted: 'index.txt'" in message


def test_missing_file_of_a_right_form_is_a_bad_request(app: Flask, client: FlaskClient) -> None:
    app.config.update(DEBUG=True, TRAP_BAD_REQUEST_ERRORS=False)
    app.add_url_rule("/", "index", lambda: request.files["foo"].name, methods=["POST"])
    assert client.post("/", data={"a": "1"}, content_type="multipart/form-data").status_code == 400
    assert client.post("/", data={"a": "1"}).status_code == 400


@pytest.fixture
def explained(app: Flask, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> Flask:
    app.config["EXPLAIN_TEMPLATE_LOADING"] = True
    for name in ("first", "second"):
        blueprint = Blueprint(name, __name__, root_path=str(tmp_path), url_prefix=f"/{name}")
        blueprint.jinja_loader = DictLoader({f"{name}.html": name, "shared.html": name})
        blueprint.add_url_rule("/", "index", lambda: render_template("missing.html"))
        app.register_blueprint(blueprint)
    caplog.set_level(logging.INFO, app.name)
    return app


def test_found_template_is_logged_with_its_loader(
    explained: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    with explained.app_context():
        assert render_template("second.html") == "second"
    (message,) = (record.getMessage() for record in caplog.records)
    assert "class: jinja2.loaders.FileSystemLoader" in message
    assert "searchpath:" in message
    assert "no match" in message
    assert "found ('<string>')" in message
    assert "Warning" not in message


def test_template_of_several_owners_is_warned_of(
    explained: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    with explained.app_context():
        assert render_template("shared.html") == "first"
    assert "Warning: multiple loaders returned a match" in caplog.text


def test_missing_template_of_a_blueprint_leads_to_the_documentation(
    explained: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(TemplateNotFound):
        explained.test_client().get("/first/")
    assert "an endpoint that belongs to the blueprint 'first'" in caplog.text
    assert "https://flask.palletsprojects.com/blueprints/#templates" in caplog.text
