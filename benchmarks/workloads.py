"""What is asked of each contestant, and what its answer has to be.

Flask: the usual views of an application. Django: the same views in a project.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlencode

FORM_FIELDS = {f"field{number}": f"value {number}" for number in range(8)}
JSON_VALUE = {"name": "flask", "tags": ["a", "b", "c"], "size": {"height": 1, "width": 2.5}}
UPLOAD_SIZE = 1024 * 1024
FILE_SIZE = 10 * 1024
BOUNDARY = "----benchmark-boundary"


@dataclass(frozen=True)
class Answer:
    """What a contestant answered."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str:
        """Return a header, empty if there is none."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")


@dataclass(frozen=True)
class Workload:
    """A request and the answer to it.

    :param name: What the table calls it.
    :param path: The path below the application's prefix, with the query.
    :param is_right: Tells whether an answer is the right one.
    :param limit: The ratio to Flask's CPU time that is to be reached.
    :param app: The application that answers: ``plain``, or ``hooked``.
    :param keeps_cookie: Whether the cookie of a first answer belongs to the request.
    :param is_cacheable: Whether the answer is a 304 to who has had it.
    """

    name: str
    path: str
    is_right: Callable[[Answer], bool]
    limit: float
    method: str = "GET"
    content_type: str = ""
    body: bytes = field(default=b"", repr=False)
    app: str = "plain"
    keeps_cookie: bool = False
    is_cacheable: bool = False


def _has_body(body: bytes) -> Callable[[Answer], bool]:
    return lambda answer: answer.status == 200 and answer.body == body


def _is_json(answer: Answer) -> bool:
    is_named_so = answer.header("Content-Type") == "application/json"
    return answer.status == 200 and is_named_so and json.loads(answer.body) == JSON_VALUE


def _is_file(answer: Answer) -> bool:
    is_whole = answer.status == 200 and len(answer.body) == FILE_SIZE
    return is_whole and answer.header("Content-Type").startswith("text/plain")


def _is_page(answer: Answer) -> bool:
    has_rows = answer.body.count(b"<tr>") == 50 and b"<td>49 &lt;b&gt;</td>" in answer.body
    return answer.status == 200 and has_rows and b"<title>Page</title>" in answer.body


def _is_counted(answer: Answer) -> bool:
    return answer.status == 200 and answer.body == b"2" and "=" in answer.header("Set-Cookie")


def _has_urls(answer: Answer) -> bool:
    paths = answer.body.decode().split()
    return answer.status == 200 and len(paths) == 10 and paths[-1].endswith("/user/9")


def _multipart_upload() -> bytes:
    head = (
        f"--{BOUNDARY}\r\n"
        'Content-Disposition: form-data; name="file"; filename="file.bin"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n"
    )
    content = bytes(range(256)) * (UPLOAD_SIZE // 256)
    return head.encode() + content + f"\r\n--{BOUNDARY}--\r\n".encode()


WORKLOADS = (
    Workload("hello", "/hello", _has_body(b"Hello, World!"), 0.15),
    Workload("int route", "/user/42", _has_body(b"42"), 0.15),
    Workload(
        "redirect", "/old", lambda a: a.status == 302 and a.header("Location") == "/new", 0.15
    ),
    Workload("hooks, 5 and 5", "/hello", _has_body(b"Hello, World!"), 0.15, app="hooked"),
    Workload("nested blueprints", "/outer/middle/inner/", _has_body(b"inner"), 0.15),
    Workload("handled 404", "/missing", lambda a: (a.status, a.body) == (404, b"Lost."), 0.3),
    Workload(
        "stream, 100 chunks",
        "/stream",
        _has_body(b"".join(b"chunk %d\n" % number for number in range(100))),
        0.3,
    ),
    Workload("JSON out", "/json", _is_json, 0.3),
    Workload("query", "/query?name=flask&page=3&sort=up", _has_body(b"flask 3"), 0.4),
    Workload(
        "JSON in",
        "/json-in",
        _has_body(b"flask"),
        0.4,
        method="POST",
        content_type="application/json",
        body=json.dumps(JSON_VALUE).encode(),
    ),
    Workload("session", "/session", _is_counted, 0.4, keeps_cookie=True),
    Workload("ten url_for", "/urls", _has_urls, 0.4),
    Workload(
        "form",
        "/form",
        _has_body(b"value 7"),
        0.5,
        method="POST",
        content_type="application/x-www-form-urlencoded",
        body=urlencode(FORM_FIELDS).encode(),
    ),
    Workload(
        "static file, 10 KiB",
        "/static/file.txt",
        _is_file,
        0.5,
        is_cacheable=True,
    ),
    Workload(
        "upload, 1 MiB",
        "/upload",
        _has_body(str(UPLOAD_SIZE).encode()),
        0.75,
        method="POST",
        content_type=f"multipart/form-data; boundary={BOUNDARY}",
        body=_multipart_upload(),
    ),
    Workload("template, 50 rows", "/page", _is_page, 0.85),
)

BY_NAME = {workload.name: workload for workload in WORKLOADS}
