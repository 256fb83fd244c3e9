"""The request line and the host: raw bytes, broken encoding, hosts that are none."""

from __future__ import annotations

import json
import re
import sys
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flaskish import Flask, request, url_for
from flaskish.werkzeug.routing import BuildError
from flaskish.werkzeug.urls import iri_to_uri, uri_to_iri
from flaskish.werkzeug.utils import append_slash_redirect
from tests.safety.corpora import PATHOLOGICAL, cuts, mutations, within
from tests.safety.probe import make_probe
from tests.safety.servers import WAYS, ask_mounted, ask_wsgi, mounted

MALFORMED = (
    *("", " ", "a b", "a,b", "a, b", "xn--", "xn--a", "xn--" + "9" * 59, "xn--a.example.org"),
    *("[:::1]", "[::1", "::1", "[0:1]", "[1.2.3.4]", "[::1]x", "[::1]]", "[fe80::1%25eth0]", "[]"),
    *("a:b", "a:99999", "a:80:80", "a:\xb2", "a..b", ".", "..", ".a", "a" * 64, "a." * 127 + "a"),
    *("a@b", "user:pass@a", "a/b", "a\\b", "a?b", "a#b", "%61", "*", "a;b", "a\0b", "a\tb", "\x7f"),
    *("a\rb", "a\nb", "<a>", "a'b", 'a"b', "a\xa0b", "\xff"),
)
WELL_FORMED = (
    *("localhost", "localhost:8000", "EXAMPLE.org", "a.", "-a", "a_b:8000", "192.0.2.1:80"),
    *("[::1]", "[::1]:8000", "[2001:db8::ffff:192.0.2.1]", "xn--bcher-kva.example"),
    # Known to newer rules for international names only.
    "xn--strae-oqa.de",
)


def make_app() -> Flask:
    app = Flask("redirecting", static_folder=None)

    @app.get("/folder/")
    @app.get("/<name>/")
    def folder(name: str = "") -> dict[str, str]:
        return {"url": request.url, "host": request.host}

    app.add_url_rule("/old/<path:where>", "old", folder, redirect_to="<where>")
    app.add_url_rule("/page/<int:number>", "page", folder)
    app.add_url_rule("/page/", "page", folder, defaults={"number": 1})
    app.add_url_rule("/alias/<name>", "folder", folder, alias=True)
    return app


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("host", MALFORMED)
def test_a_malformed_host_is_a_bad_request(way: str, host: str) -> None:
    assert WAYS[way](make_app(), PATH_INFO="/folder/", HTTP_HOST=host).status == 400


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("host", WELL_FORMED)
def test_a_well_formed_host_is_served(way: str, host: str) -> None:
    assert WAYS[way](make_app(), PATH_INFO="/folder/", HTTP_HOST=host).status == 200


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("host", ["evil.example", "good.example.evil", "good.example:80:80", ""])
def test_an_untrusted_host_is_a_bad_request(way: str, host: str) -> None:
    app = make_app()
    app.config["TRUSTED_HOSTS"] = ["good.example"]
    assert WAYS[way](app, PATH_INFO="/folder/", HTTP_HOST=host).status == 400
    assert WAYS[way](app, PATH_INFO="/folder/", HTTP_HOST="good.example").status == 200


def test_allowed_hosts_hold_in_a_project() -> None:
    only = {"ALLOWED_HOSTS": ["good.example"]}
    for host, status in [("good.example", 200), ("evil.example", 400), ("good.example:x", 400)]:
        answer = ask_mounted(make_app(), only, PATH_INFO="/folder/", HTTP_HOST=host)
        assert answer.status == status


def test_a_malformed_host_does_not_disturb_hooks_that_look_at_the_url() -> None:
    app = make_app()
    seen = []
    app.before_request(lambda: seen.append(request.url))
    for host in MALFORMED:
        assert ask_wsgi(app, HTTP_HOST=host).status == 400
    assert all(url.startswith("http://") for url in seen)


@pytest.mark.parametrize(
    "name", ["PATH_INFO", "QUERY_STRING", "HTTP_HOST", "SCRIPT_NAME", "REQUEST_METHOD"]
)
def test_no_mutation_of_the_request_line_is_an_error_of_the_server(name: str) -> None:
    good = {
        "PATH_INFO": "/a/b\xc3\xa4/%2e",
        "QUERY_STRING": "a=1&b=%ff&=&c;d",
        "HTTP_HOST": "example.org:80",
        "SCRIPT_NAME": "/x",
        "REQUEST_METHOD": "GET",
    }[name]
    app = make_probe()
    with within(15):
        for value in (*cuts(good), *mutations(good, step=3), "\n", *PATHOLOGICAL):
            assert ask_wsgi(app, **{name: value}).status < 500


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.binary(max_size=40), st.binary(max_size=40))
def test_no_bytes_in_path_and_query_are_an_error_of_the_server(path: bytes, query: bytes) -> None:
    line = {"PATH_INFO": "/" + path.decode("latin-1"), "QUERY_STRING": query.decode("latin-1")}
    for ask in WAYS.values():
        with within(2):
            assert ask(make_probe(), **line).status < 500


def locations(app: Flask, **line: str) -> list[str]:
    """Return where an application redirects to, each way it is served."""
    found = [ask(app, **line).get("Location") for ask in WAYS.values()]
    return [location for location in found if location is not None]


#: Paths that a careless redirect would turn into another site.
EVIL = (
    *("/evil.example", "//evil.example", "///evil.example", "/\\evil.example", "/\\/evil.example"),
    *("/evil.example%2f..", "/https:evil.example", "/ //evil.example", "/\t/evil.example"),
    *("/old/https:evil.example", "/old/https:/evil.example", "/old//evil.example"),
    *("/old/\\\\evil.example", "/old/\\evil.example", "/alias/\\evil.example", "//page//1"),
    *("/alias/https:evil.example", "/page/1", "/x//evil.example", "/..//evil.example"),
)


@pytest.mark.parametrize("host", ["localhost", "a_b", None])
@pytest.mark.parametrize("path", EVIL)
def test_no_path_redirects_to_another_site(path: str, host: str | None) -> None:
    for location in locations(make_app(), PATH_INFO=path, HTTP_HOST=host):  # type: ignore[arg-type]
        if location.startswith("/"):
            assert re.match(r"/[^/\\]", location)
        else:
            assert urlsplit(location).netloc == "localhost"


def test_a_redirect_without_a_known_host_is_a_path() -> None:
    # Browsers read "http:///folder/" as "http://folder/".
    redirects = [*locations(make_app(), PATH_INFO="/folder", HTTP_HOST="a_b")]
    assert redirects == ["/folder/", "/shop/folder/"] * 2


@pytest.mark.parametrize(
    ("query", "kept"),
    [
        ("a=1&a=2&=&b", "a=1&a=2&=&b"),
        ("a=%ff%2F%2f+%20", "a=%ff%2F%2f+%20"),
        ("a=\xff\xc3\xa4", "a=%FF%C3%A4"),
        ("//evil.example", "//evil.example"),
        ("a=\r\nb: c", "a=%0D%0Ab:%20c"),
        ("?", "?"),
    ],
)
def test_a_redirect_keeps_the_query(query: str, kept: str) -> None:
    for location in locations(make_app(), PATH_INFO="/folder", QUERY_STRING=query):
        assert location.partition("?")[2] == kept


@pytest.mark.parametrize("prefix", ["x", ":x", "//evil.example", "/a b"])
def test_an_odd_script_name_is_a_path(prefix: str) -> None:
    answer = ask_wsgi(make_app(), PATH_INFO="/folder", SCRIPT_NAME=prefix)
    assert answer.status == 308
    assert urlsplit(answer.get("Location") or "").netloc == "localhost"


@pytest.mark.parametrize(
    ("path", "location"),
    [
        ("/a/b", "b/"),
        ("/a/", "./"),
        ("/a/https:evil.example", "./https:evil.example/"),
        ("/a/\\evil.example", "%5Cevil.example/"),
        ("/a/b?c", "b%3Fc/"),
        ("/a/b\r\nc", "b%0D%0Ac/"),
    ],
)
def test_append_slash_redirect_stays_in_its_folder(path: str, location: str) -> None:
    assert append_slash_redirect({"PATH_INFO": path}).location == location


@pytest.mark.parametrize("way", WAYS)
def test_a_semicolon_is_no_separator(way: str) -> None:
    app = Flask("separated", static_folder=None)
    app.add_url_rule("/", "index", lambda: dict(request.args))
    assert WAYS[way](app, QUERY_STRING="a=1;b=2&c=3").body == b'{"a":"1;b=2","c":"3"}\n'


@pytest.mark.parametrize("value", ["/evil.example", "//evil.example", "\\evil.example", "https:x"])
def test_a_built_url_is_no_other_site(value: str) -> None:
    app = Flask("built", static_folder=None)
    app.add_url_rule("/<path:where>", "all", lambda where: where)
    with app.test_request_context():
        assert re.match(r"/[^/\\]", url_for("all", where=value))


@pytest.mark.parametrize("convert", [uri_to_iri, iri_to_uri])
def test_no_url_takes_long_to_convert(convert: Any) -> None:
    for text in PATHOLOGICAL:
        for url in (f"/{text}", f"http://a/?{text}", f"/{text.encode().hex('%')}", "/%e2" * 9_000):
            with within(0.5):
                convert(url)


@pytest.mark.parametrize("name", ["os.system", "antigravity", "this:x", "tests.no_such.thing"])
def test_the_name_of_an_endpoint_imports_nothing(name: str) -> None:
    app = make_app()
    loaded = set(sys.modules)
    with app.test_request_context(), pytest.raises(BuildError):
        url_for(name)
    assert not {"antigravity", "this", "tests.no_such"} & (set(sys.modules) - loaded)


@pytest.mark.parametrize(
    ("header", "scheme"), [("https", "https"), ("http", "http"), (None, "http")]
)
def test_a_project_takes_the_scheme_from_its_proxy_only(header: str | None, scheme: str) -> None:
    app = Flask("proxied", static_folder=None)
    app.add_url_rule("/", "index", lambda: [request.scheme, request.is_secure])
    trusting = {"SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https")}
    line = {"HTTP_X_FORWARDED_PROTO": header, "wsgi.url_scheme": "https" if header else "http"}
    body = ask_mounted(app, trusting, **line).body.decode()
    assert json.loads(body) == [scheme, scheme == "https"]


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.text(), st.text())
def test_any_text_makes_a_url(name: str, query: str) -> None:
    app = make_app()
    with app.test_request_context():
        url = url_for("folder", name=f"a{name}", q=query, _anchor=query)
    assert url.startswith("/a")
    assert url.isascii()
    assert url.isprintable()


def test_the_errors_that_django_raises_first_are_not_ours() -> None:
    """What no server lets through, Django's own handler refuses before any URL is looked at."""
    kinds: list[Any] = []
    with mounted(make_app()) as handler:
        for line in ({"CONTENT_TYPE": "text/plain; charset=\0"}, {"SCRIPT_NAME": "\x80/x"}):
            try:
                ask_wsgi(handler, **line)
            except ValueError as error:
                kinds.append(type(error))
    assert kinds == [ValueError, UnicodeDecodeError]
