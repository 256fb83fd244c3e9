"""What a client says, said back: in headers, cookies, redirects, names of files, pages and URLs."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flaskish import (
    Flask,
    Response,
    flash,
    get_flashed_messages,
    redirect,
    render_template_string,
    request,
    send_file,
    session,
    url_for,
)
from tests.safety.corpora import within
from tests.safety.servers import WAYS
from tests.safety.test_bodies import URLENCODED, post

TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
#: What gunicorn sends; others send more.
SENDABLE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")


def make_app() -> Flask:
    app = Flask("echoes", static_folder=None)
    app.config.update(SECRET_KEY="k", PROPAGATE_EXCEPTIONS=True)
    app.register_error_handler(ValueError, lambda error: ("refused", 400))
    for view in (header, name, cookie, location, download, status, page, kept, built):
        app.add_url_rule(f"/{view.__name__}", view_func=view, methods=["GET", "POST"])
    app.add_url_rule("/<path:where>/", "all", lambda where: where)
    return app


def header() -> Any:
    response = Response()
    response.headers["X-Echo"] = re.sub(
        r"[\x01-\x08\x0b\x0c\x0e-\x1f\x7f]", "", request.values["a"]
    )
    return response


def name() -> Any:
    response = Response()
    response.headers[request.values["a"]] = "value"
    return response


def cookie() -> Any:
    text = request.values["a"]
    response = Response()
    response.set_cookie("value", text, path=f"/{text}")
    response.set_cookie(text)
    return response


def location() -> Any:
    response = redirect(request.values["a"])
    response.content_location = request.values["a"]
    return response


def download() -> Any:
    return send_file(io.BytesIO(b"a"), "text/plain", download_name=request.values["a"])


def status() -> Any:
    return Response(status=f"200 {request.values['a']}")


def page() -> Any:
    text = "{{ a }} {{ a|tojson }} {{ a|urlize }} <a {{ {'title': a}|xmlattr }}>"
    return render_template_string(text, a=request.values["a"])


def kept() -> Any:
    session["a"] = request.values.to_dict(flat=False)
    flash(request.values["a"], request.values["a"])
    return {"a": request.values["a"], "flashed": get_flashed_messages(with_categories=True)}


def built() -> Any:
    text = request.values["a"]
    return url_for("all", where=f"a{text}", _anchor=text, _external=True, a=text, b=[text])


APP = make_app()


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("view", sorted(APP.view_functions.keys() - {"all"}))
@settings(max_examples=30, deadline=None, derandomize=True)
@given(
    st.text(max_size=20) | st.text("\r\n\0\t\x01\x1f\x7f\x85\xa0 :;=,\"'\\%/é☃<&", max_size=8),
    st.booleans(),
)
def test_no_text_said_back_is_an_error_or_ends_a_header(
    way: str, view: str, text: str, is_form: bool
) -> None:
    said = "a=" + "".join(f"%{byte:02x}" for byte in text.encode())
    line = post(URLENCODED, said.encode()) if is_form else {"QUERY_STRING": said}
    with within(2):
        answer = WAYS[way](APP, PATH_INFO=f"/{view}", **line)
    assert answer.status in (200, 302, 400)
    for key, value in answer.headers:
        assert TOKEN.fullmatch(key), key
        assert SENDABLE.fullmatch(value), value
