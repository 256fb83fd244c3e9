"""An application whose view reads all that a request says, as some view somewhere does."""

from __future__ import annotations

from typing import Any

from flaskish import Flask, Response, request, session

_ATTRIBUTES = (
    *("method", "scheme", "server", "root_path", "path", "query_string", "headers"),
    *("remote_addr", "host", "script_root", "url_root", "args", "full_path", "is_secure", "url"),
    *("base_url", "root_url", "host_url", "access_route", "cookies", "content_type"),
    *("content_length", "content_encoding", "mimetype", "mimetype_params", "is_json"),
    *("referrer", "date", "max_forwards", "pragma", "user_agent", "authorization"),
    *("accept_mimetypes", "accept_charsets", "accept_encodings", "accept_languages"),
    *("cache_control", "if_match", "if_none_match", "if_modified_since", "if_unmodified_since"),
    *("if_range", "range", "origin", "access_control_request_headers"),
    *("access_control_request_method", "form", "files", "values", "data", "endpoint"),
)


def make_probe() -> Flask:
    """Make the application; an error in it is raised rather than answered."""
    app = Flask("probe", static_folder=None)
    app.config.update(SECRET_KEY="a key", PROPAGATE_EXCEPTIONS=True)
    app.add_url_rule("/", "root", probe, methods=["GET", "POST", "PUT"])
    app.add_url_rule("/<path:path>", "path", probe, methods=["GET", "POST", "PUT"])
    return app


def probe(path: str = "") -> Response:
    """Look at everything, and answer with something that has ranges and conditions."""
    for attribute in _ATTRIBUTES:
        repr(getattr(request, attribute))
    _look_closer(request)
    session["seen"] = path
    response = Response("0123456789" * 10)
    response.set_etag("a tag")
    response.last_modified = 1_700_000_000  # type: ignore[assignment]
    return response.make_conditional(request, accept_ranges=True, complete_length=100)


def _look_closer(request: Any) -> None:
    request.get_json(silent=True)
    request.args.get("a", type=int)
    dict(request.headers)
    request.accept_mimetypes.best_match(["text/html", "application/json"])
    request.accept_languages.best_match(["en", "de-AT"])
    request.accept_charsets.best_match(["utf-8"])
    request.accept_encodings.quality("gzip")
    assert request.accept_mimetypes.accept_html in (True, False)
    assert request.cache_control.max_age != ""
    for offered in (request.accept_mimetypes, request.accept_languages, request.accept_charsets):
        repr((offered.find("a/b"), offered.to_header(), offered.best))
    for tags in (request.if_match, request.if_none_match):
        repr((tags.contains_raw('W/"a tag"'), tags.contains_weak("a tag"), tags.to_header()))
    directives = request.cache_control
    repr((directives.max_stale, directives.min_fresh, directives.to_header()))
    request.if_range.to_header()
    if request.range is not None:
        request.range.to_header()
        request.range.make_content_range(100)
        request.range.to_content_range_header(100)
    if request.authorization is not None:
        request.authorization.to_header()
        repr((request.authorization.get("realm"), request.authorization.username))
    request.get_data(as_text=True)
    for storage in request.files.values():
        dict(storage.headers)
        storage.read()
