"""Bodies: limits hold for each kind of form, broken ones are a 400, and temporary files go."""

from __future__ import annotations

import gc
import io
import json
import os
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings
from django.views.decorators.csrf import csrf_exempt
from gunicorn.http.errors import ChunkMissingTerminator
from hypothesis import given, settings
from hypothesis import strategies as st

from flaskish import Flask, request
from flaskish.werkzeug.exceptions import HTTPException, RequestEntityTooLarge
from flaskish.werkzeug.formparser import FormDataParser, MultiPartParser
from flaskish.werkzeug.wsgi import LimitedStream
from tests.safety.corpora import PATHOLOGICAL, cuts, mutations, within
from tests.safety.probe import make_probe
from tests.safety.servers import WAYS, ask_mounted, ask_wsgi

URLENCODED = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=b"
FORM = (
    b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nvalue\r\n'
    b'--b\r\nContent-Disposition: form-data; name="f"; filename="x.txt"\r\n'
    b"Content-Type: text/plain; charset=utf-8\r\n\r\ncontents\r\n--b--\r\n"
)


def post(content_type: str, body: bytes, **changes: Any) -> dict[str, Any]:
    """Return a request with a body."""
    return {
        "REQUEST_METHOD": "POST",
        "CONTENT_TYPE": content_type,
        "CONTENT_LENGTH": str(len(body)),
        "body": body,
        **changes,
    }


def make_app(**config: Any) -> Flask:
    app = Flask("forms", static_folder=None)
    app.config.update(PROPAGATE_EXCEPTIONS=True, **config)

    @app.route("/", methods=["GET", "POST", "PUT"])
    def index() -> Any:
        return {"form": len(request.form), "files": len(request.files), "args": len(request.args)}

    @app.post("/json")
    def echo() -> Any:
        return {"json": request.json}

    @app.post("/unread")
    def unread() -> str:
        return "unread"

    return app


# Limits


def part(name: str, value: bytes, more: str = "", headers: str = "") -> bytes:
    head = f'--b\r\nContent-Disposition: form-data; name="{name}"{more}\r\n{headers}\r\n'
    return head.encode("latin-1") + value + b"\r\n"


LIMITS = {"MAX_FORM_PARTS": 10, "MAX_FORM_MEMORY_SIZE": 100_000, "MAX_CONTENT_LENGTH": 300_000}
LIMITED = {
    "fields of a multipart form": post(MULTIPART, part("a", b"") * 11 + b"--b--\r\n"),
    "fields of an urlencoded form": post(URLENCODED, b"a=1&" * 11),
    "fields of a query": {"QUERY_STRING": "a=1&" * 11},
    "files": post(MULTIPART, part("a", b"", '; filename="a"') * 11 + b"--b--\r\n"),
    "memory of one field": post(MULTIPART, part("a", b"x" * 110_000) + b"--b--\r\n"),
    "memory of all fields": post(MULTIPART, part("a", b"x" * 30_000) * 4 + b"--b--\r\n"),
    "memory of an urlencoded form": post(URLENCODED, b"a=" + b"x" * 110_000),
    "length of a form": post(MULTIPART, part("a", b"x" * 310_000, "; filename=a") + b"--b--\r\n"),
    "length of what is no form": post("text/plain", b"x" * 310_000),
    "number of headers": post(MULTIPART, part("a", b"", headers="X: y\r\n" * 99) + b"--b--\r\n"),
    "length of headers": post(
        MULTIPART, part("a", b"", headers=f"X: {'y' * 17_000}\r\n") + b"--b--"
    ),
    "length of headers without end": post(MULTIPART, part("a", b"")[:-4] + b"X" * 17_000),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("limited", LIMITED)
def test_each_limit_is_a_413(way: str, limited: str) -> None:
    assert WAYS[way](make_app(**LIMITS), **LIMITED[limited]).status == 413


@pytest.mark.parametrize("way", WAYS)
def test_what_keeps_the_limits_is_read(way: str) -> None:
    app = make_app(**LIMITS)
    ask = WAYS[way]
    file = part("f", b"y" * 200_000, "; filename=f")
    multipart = part("a", b"x" * 10_000) * 9 + file + b"--b--\r\n"
    assert ask(app, **post(MULTIPART, multipart)).body == b'{"args":0,"files":1,"form":1}\n'
    assert ask(app, **post(URLENCODED, b"&".join([b"a=1"] * 10))).status == 200
    assert ask(app, QUERY_STRING="&".join(["a=1"] * 10)).status == 200


def test_a_limit_fires_again_on_each_access() -> None:
    app = make_app(**LIMITS)
    kinds = []

    @app.post("/twice")
    def twice() -> str:
        for attribute in ("form", "files", "args", "form", "args"):
            try:
                getattr(request, attribute)
            except HTTPException as error:
                kinds.append((attribute, error.code))
        return ""

    line = {**LIMITED["fields of an urlencoded form"], "QUERY_STRING": "a&" * 11}
    ask_wsgi(app, **line, PATH_INFO="/twice")
    assert kinds == [(name, 413) for name in ("form", "files", "args", "form", "args")]


def test_the_limits_hold_when_middleware_has_read_the_form() -> None:
    middleware = {"MIDDLEWARE": ["django.middleware.csrf.CsrfViewMiddleware"]}
    app = make_app(MAX_FORM_PARTS=10, MAX_FORM_MEMORY_SIZE=500)
    for limited in ("fields of a multipart form", "fields of an urlencoded form"):
        answer = ask_mounted(app, middleware, **LIMITED[limited])
        # Django refuses the request for want of a token, after it has read the form.
        assert answer.status in (403, 413)


# Broken forms


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("multipart/form-data", FORM),
        ("multipart/form-data; boundary=", FORM),
        ('multipart/form-data; boundary=""', FORM),
        ("multipart/form-data; boundary=\xe4", FORM),
        ("multipart/form-data; boundary=other", FORM),
        (MULTIPART, b""),
        (MULTIPART, FORM[:-6]),
        (MULTIPART, FORM[:60]),
        (MULTIPART, b"--b\r\n\r\nno headers\r\n--b--\r\n"),
        (MULTIPART, b"--b\r\nContent-Disposition: \xff\r\n\r\n\r\n--b--\r\n"),
    ],
)
def test_a_multipart_form_that_cannot_be_read_is_a_bad_request(
    way: str, content_type: str, body: bytes
) -> None:
    assert WAYS[way](make_app(), **post(content_type, body)).status == 400


@pytest.mark.parametrize("way", WAYS)
def test_a_body_that_ends_early_is_a_bad_request(way: str) -> None:
    for content_type in (MULTIPART, URLENCODED):
        line = post(content_type, FORM[:50], CONTENT_LENGTH="1000")
        if way == "asgi":
            # The server knows where the body ends.
            assert WAYS[way](make_app(), **line).status in (200, 400)
        else:
            assert WAYS[way](make_app(), **line).status == 400


CSRF_TOKEN = {"HTTP_X_CSRFTOKEN": "t" * 32, "HTTP_COOKIE": f"csrftoken={'t' * 32}"}
CSRF_MIDDLEWARE = {"MIDDLEWARE": ["django.middleware.csrf.CsrfViewMiddleware"]}
CHARSETS = ("hex", "undefined", "idna", "punycode", "utf-16", "rot13", "zlib", "a\0b", "\xff", "")
PARAMETERS = (*(f"charset={charset}" for charset in CHARSETS), "charset*=hex''a", "x*=idna''%ff")


@pytest.mark.parametrize("guard", ["nothing", "SECURE_DEFAULTS", "middleware"])
@pytest.mark.parametrize("way", ["wsgi", "asgi"])
def test_no_charset_is_an_error_of_the_server(way: str, guard: str) -> None:
    """Django decodes forms and queries by it, and fails on one that is not for text."""
    app = make_app(SECURE_DEFAULTS=guard == "SECURE_DEFAULTS", SECRET_KEY="k")
    more = {"QUERY_STRING": "a=%ff%c3", **CSRF_TOKEN}
    with override_settings(**(CSRF_MIDDLEWARE if guard == "middleware" else {})):
        for parameter in PARAMETERS:
            for kind, body in ((MULTIPART, FORM), (URLENCODED, b"a=%ff&b=1")):
                answer = WAYS[way](app, **post(f"{kind}; {parameter}", body, **more))
                assert answer.status == 200, (parameter, kind)


@pytest.mark.parametrize("method", ["GET", "POST", "PUT"])
@pytest.mark.parametrize("way", ["mounted", "mounted asgi"])
def test_no_charset_is_an_error_of_a_view_in_a_project_without_a_guard(
    way: str, method: str
) -> None:
    """Django can make these requests, and would fail when it is asked for their form."""
    app = make_app()
    for parameter in sorted(set(PARAMETERS) - {"charset=a\0b", "x*=idna''%ff"}):
        for kind, body in ((MULTIPART, FORM), (URLENCODED, b"a=%ff&b=1")):
            answer = WAYS[way](app, **post(f"{kind}; {parameter}", body, REQUEST_METHOD=method))
            assert answer.status == 200, (parameter, kind)
            assert b'"form":0' not in answer.body, (parameter, kind)


@pytest.mark.parametrize("way", ["wsgi", "asgi"])
def test_a_form_that_middleware_cannot_read_is_not_let_out(way: str) -> None:
    """Where views of one URL differ in what they need, the token is looked for in the view."""
    app = make_app()
    app.add_url_rule("/", "exempt", csrf_exempt(lambda: ""), methods=["DELETE"])
    with override_settings(**CSRF_MIDDLEWARE):
        line = post("multipart/form-data", FORM, **CSRF_TOKEN)
        assert WAYS[way](app, **line).status == 400


@pytest.mark.parametrize("guard", ["nothing", "SECURE_DEFAULTS", "middleware"])
@pytest.mark.parametrize("way", ["wsgi", "asgi"])
def test_no_length_is_an_error_of_the_server(way: str, guard: str) -> None:
    """Django fails on one that is no number, and on one that no stream can have."""
    app = make_app(SECURE_DEFAULTS=guard == "SECURE_DEFAULTS", SECRET_KEY="k")
    with override_settings(**(CSRF_MIDDLEWARE if guard == "middleware" else {})):
        for length in ("x", "5,5", "-1", "1_0", "\xb2", "9" * 20, "9" * 5_000, str(2**63)):
            for kind in (MULTIPART, URLENCODED):
                line = post(kind, b"a=1", CONTENT_LENGTH=length, **CSRF_TOKEN)
                assert WAYS[way](app, **line).status < 500, (length, kind)


class BrokenChunks:
    """A body as a server hands it over, whose second part cannot be read."""

    def __init__(self, error: Exception) -> None:
        self._chunks = [b"a=1&"]
        self._error = error

    def read(self, size: int = -1) -> bytes:
        if self._chunks:
            return self._chunks.pop()
        raise self._error

    readline = read


@pytest.mark.parametrize("error", [OSError("broken"), ChunkMissingTerminator(b"x")])
@pytest.mark.parametrize("limit", [None, 100])
@pytest.mark.parametrize("path", ["/", "/json", "/data"])
@pytest.mark.parametrize("way", ["wsgi", "mounted"])
def test_chunks_that_the_server_cannot_read_are_a_bad_request(
    way: str, path: str, limit: int | None, error: Exception
) -> None:
    app = make_app(MAX_CONTENT_LENGTH=limit)
    app.post("/data", endpoint="data")(lambda: request.get_data())
    line = post("application/json" if path == "/json" else URLENCODED, b"", PATH_INFO=path)
    line.update(CONTENT_LENGTH=None, HTTP_TRANSFER_ENCODING="chunked")
    terminated = {"wsgi.input_terminated": True, "wsgi.input": BrokenChunks(error)}
    assert WAYS[way](app, **line, **terminated).status == 400


def test_an_error_of_a_stream_that_is_no_servers_is_not_hidden() -> None:
    stream = LimitedStream(BrokenChunks(TypeError("wrong")), 100)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="wrong"):
        stream.read()


def test_truncation_at_each_byte_is_a_bad_request() -> None:
    app = make_app()
    text = FORM.decode("latin-1")
    with within(5):
        for cut in cuts(text.removesuffix("--\r\n")):
            line = post(MULTIPART, cut.encode("latin-1"))
            assert ask_wsgi(app, **line).status == 400
            assert (
                ask_wsgi(app, **post(MULTIPART, line["body"], CONTENT_LENGTH="999")).status == 400
            )


@pytest.mark.parametrize("way", WAYS)
def test_no_mutation_of_a_form_is_an_error_of_the_server(way: str) -> None:
    app = make_probe()
    step = 5 if way == "wsgi" else 17
    with within(15):
        for text in mutations(FORM.decode("latin-1"), step=step):
            assert WAYS[way](app, **post(MULTIPART, text.encode("latin-1"))).status < 500


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.binary(max_size=200), st.sampled_from([MULTIPART, URLENCODED, "application/json"]))
def test_no_bytes_are_an_error_of_the_server(body: bytes, content_type: str) -> None:
    for ask in WAYS.values():
        assert ask(make_probe(), **post(content_type, body)).status < 500


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    "more",
    [
        "; filename*=UTF-8''a%0d%0ab%00c",
        "; filename*=UTF-8''%00",
        '; filename="../../etc/passwd"',
        '; filename="a\0b"',
        "; filename=\xff",
        '; filename="%0d%0a"',
    ],
)
def test_no_file_name_is_an_error_of_the_server(way: str, more: str) -> None:
    middleware = ["django.middleware.csrf.CsrfViewMiddleware"]
    line = post(MULTIPART, part("f", b"x", more) + b"--b--\r\n")
    assert WAYS[way](make_probe(), **line).status in (200, 400)
    exempt = {"HTTP_X_CSRFTOKEN": "t" * 32, "HTTP_COOKIE": f"csrftoken={'t' * 32}"}
    answer = ask_mounted(make_probe(), {"MIDDLEWARE": middleware}, **line, **exempt)
    assert answer.status in (200, 400)


@pytest.mark.parametrize("name", ["../../etc/passwd", "a/b.txt", "..\\\\a.txt", "/etc/passwd"])
def test_a_file_that_django_sees_has_a_plain_name(name: str) -> None:
    app = Flask("uploads", static_folder=None)

    @app.post("/")
    def index() -> str:
        assert request.files["f"].filename
        return str(request.django.FILES["f"].name)  # type: ignore[union-attr]

    line = post(MULTIPART, part("f", b"x", f'; filename="{name}"') + b"--b--\r\n")
    for ask in (ask_wsgi, ask_mounted):
        assert ask(app, **line).body in (b"passwd", b"b.txt", b"a.txt", b"..\\a.txt")


def test_a_body_that_is_longer_than_it_says_is_limited() -> None:
    app = make_app(MAX_CONTENT_LENGTH=1_000)
    for length in ("5", None):
        line = post("application/json", b"[" * 5_000, CONTENT_LENGTH=length, PATH_INFO="/json")
        assert WAYS["asgi"](app, **line).status == 413


# Time

FLOODS = (
    b'--b\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n'
    b"Content-Transfer-Encoding: base64\r\n\r\n" + b" \n" * 200_000,
    b"\r" * 400_000,
    b"\n" * 400_000,
    b"\r\n" * 200_000,
    b"--b" * 130_000,
    b"\r\n--b" * 80_000,
    b"\r\n--b" + b" " * 400_000,
    b"\r\n--b\r" * 50_000,
    b"--b\r\n" + b"a:b\r\n" * 80_000,
    b"--b\r\n" + b"a:b\r\n " * 60_000,
    b"--b\r\n\r\n" + b"\r\n--" * 100_000,
    b'--b\r\nContent-Disposition: form-data; name="' + b"\\" * 400_000,
)


@pytest.mark.parametrize("size", [1, 7, 65_536])
@pytest.mark.parametrize("flood", range(len(FLOODS)))
def test_no_flood_takes_more_than_linear_time(flood: int, size: int) -> None:
    body = FLOODS[flood][: 20_000 if size == 1 else None]
    with within(1):
        try:
            MultiPartParser(buffer_size=size).parse(io.BytesIO(body), b"b", len(body))
        except (ValueError, RequestEntityTooLarge):
            return


@pytest.mark.parametrize("middleware", [[], CSRF_MIDDLEWARE["MIDDLEWARE"]])
@pytest.mark.parametrize("way", ["wsgi", "mounted"])
def test_a_file_in_base64_does_not_stay_in_memory(way: str, middleware: list[str]) -> None:
    """Nor does one whose base64 is made of blanks."""
    app = make_app()
    for content in (b"YWJj" * 1_500_000, b" " * 6_000_000 + b"YWJj"):
        encoded = part("f", content, "; filename=f", "Content-Transfer-Encoding: base64\r\n")
        line = post(MULTIPART, encoded + b"--b--\r\n", **CSRF_TOKEN)
        with override_settings(MIDDLEWARE=middleware):
            tracemalloc.start()
            try:
                more = {"settings": {"MIDDLEWARE": middleware}} if way == "mounted" else {}
                assert WAYS[way](app, **more, **line).body == b'{"args":0,"files":1,"form":0}\n'
                assert tracemalloc.get_traced_memory()[1] < 3_000_000
            finally:
                tracemalloc.stop()


@pytest.mark.parametrize("content_type", [MULTIPART, URLENCODED, "application/json"])
def test_no_body_takes_long(content_type: str) -> None:
    app = make_probe()
    for text in PATHOLOGICAL:
        with within(0.5):
            line = post(content_type, text.encode("latin-1"))
            assert ask_wsgi(app, **line).status < 500


def test_no_boundary_takes_long() -> None:
    for boundary in ("\r" * 70, "-" * 200, "\\" * 200, "a" * 200, "a" * 60_000):
        body = (f"\r\n--{boundary[:-1]}" * 200).encode()
        with within(0.5):
            parsed = FormDataParser().parse(
                io.BytesIO(body), "multipart/form-data", len(body), {"boundary": boundary}
            )
        assert not parsed[1]


# JSON


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"[" * 100_000, 400),
        (b'{"a":' * 100_000, 400),
        (b"[" * 100_000 + b"]" * 100_000, 400),
        (b"1" * 5_000, 400),
        (b"-" + b"1" * 5_000, 400),
        (b"1e999", 200),
        (b"\xef\xbb\xbf[1]", 200),
        (b"\xef\xbb\xbf", 400),
        (b"\xff\xfe[\x001\x00]\x00", 200),
        (b'"\xff"', 400),
        (b'"\xe9"', 400),
        (b'{"a":1,"a":2}', 200),
        (b'"\\ud800"', 200),
        (b'{"\\ud800":"\\u0000"}', 200),
        (b"", 400),
        (b"[1", 400),
        (b'"' + b"\\" * 60_000, 400),
    ],
)
def test_odd_json_has_its_meaning_or_is_a_bad_request(way: str, body: bytes, status: int) -> None:
    line = post("application/json; charset=nonsense", body, PATH_INFO="/json")
    with within(2):
        assert WAYS[way](make_app(), **line).status == status


def test_of_several_values_of_one_key_the_last_counts() -> None:
    line = post("application/json", b'{"a":1,"a":2}', PATH_INFO="/json")
    assert json.loads(ask_wsgi(make_app(), **line).body) == {"json": {"a": 2}}


def test_what_is_nested_too_deeply_to_be_answered_is_not_read() -> None:
    app = make_app()
    for depth in range(700, 1_100, 3):
        body = b"[" * depth + b"]" * depth
        assert ask_wsgi(app, **post("application/json", body, PATH_INFO="/json")).status < 500


def test_truncated_json_is_a_bad_request() -> None:
    app = make_app()
    for cut in cuts('{"a": [1.5e3, true, "\\u00e9"], "b": null}'):
        line = post("application/json", cut.encode(), PATH_INFO="/json")
        assert ask_wsgi(app, **line).status == 400


# Temporary files

BIG = part("f", b"x" * 3_000_000, '; filename="big"')
OUTCOMES = {
    "read": (post(MULTIPART, BIG + b"--b--\r\n"), 200),
    "truncated": (post(MULTIPART, BIG), 400),
    "broken": (post(MULTIPART, BIG + b"--b\r\n\r\n\r\n--b--\r\n"), 400),
    "disconnected": (post(MULTIPART, BIG, CONTENT_LENGTH="9999999"), 400),
    "too many parts": (post(MULTIPART, BIG + part("a", b"") * 11 + b"--b--\r\n"), 413),
    "too large fields": (post(MULTIPART, BIG + part("a", b"x" * 600_000) + b"--b--\r\n"), 413),
    "unread": (post(MULTIPART, BIG + b"--b--\r\n", PATH_INFO="/unread"), 200),
    "failing": (post(MULTIPART, BIG + b"--b--\r\n", PATH_INFO="/fail"), 500),
}


def open_files() -> set[str]:
    links = (os.path.join("/proc/self/fd", name) for name in os.listdir("/proc/self/fd"))
    return {os.readlink(link) for link in links if os.path.lexists(link)}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("outcome", OUTCOMES)
def test_temporary_files_of_uploads_go_in_every_outcome(
    way: str, outcome: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    app = make_app(MAX_FORM_PARTS=10)
    app.config["PROPAGATE_EXCEPTIONS"] = False

    @app.post("/fail")
    def fail() -> str:
        raise RuntimeError(request.files["f"].filename)

    line, status = OUTCOMES[outcome]
    # Nothing is left to the garbage collector.
    gc.disable()
    try:
        answer = WAYS[way](app, **line)
        left = {name for name in open_files() if str(tmp_path) in name}
    finally:
        gc.enable()
    assert answer.status == status or (way, outcome) == ("asgi", "disconnected")
    assert not left
    assert not list(tmp_path.iterdir())


def test_temporary_files_of_django_go_as_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app()
    for outcome in ("read", "truncated", "unread"):
        ask_mounted(
            app,
            {
                "MIDDLEWARE": ["django.middleware.csrf.CsrfViewMiddleware"],
                "FILE_UPLOAD_TEMP_DIR": str(tmp_path),
            },
            **OUTCOMES[outcome][0],
            HTTP_X_CSRFTOKEN="t" * 32,
            HTTP_COOKIE=f"csrftoken={'t' * 32}",
        )
        assert not list(tmp_path.iterdir())
