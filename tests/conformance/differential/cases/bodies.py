"""Requests about what arrives: JSON, forms, files, arguments and headers.

Flask: The Request Object. Django: ``HttpRequest``.
"""

from __future__ import annotations

from exchange import BOUNDARY, FORM, JSON, Cases, Request, get, post, post_parts, words
from generation import BODIES, CONTENT_TYPES, HEADERS, PARTS, QUERIES

_JSON_VALUES = words(
    "dict mixed-keys int-keys none-key datetime naive offset date decimal uuid dataclass markup"
    " html enum text surrogate nan infinity big tuple set bytes object empty list none true zero"
    " missing"
)

_JSON_PATHS = (
    "/json",
    "/get-json",
    "/get-json?force=",
    "/get-json?silent=",
    "/get-json?force=&silent=",
    "/data-then-json",
)

_FORM_PATHS = (
    "/form",
    "/form?a=query&c=d",
    "/field",
    "/field?name=needed",
    "/needed",
    "/needed-file",
    "/raw",
    "/uncached",
    "/data-then-form",
    "/data-then-form?parse=",
    "/form-then-data",
    "/stream",
    "/lines",
    "/limited",
    "/limited?skip=",
    "/limited-twice",
    "/parts",
    "/ignored",
)

_PART_SETS = (
    *((part,) for part in PARTS),
    PARTS[:4],
    PARTS[3:8],
    (PARTS[0],) * 3,
    (PARTS[0],) * 25,
    (),
)

_LENGTHS = ("", "0", "-1", "abc", "3", "+3", " 3", "9999", "1_0", "\xc2\xb2")

#: What is said of where a body ends: by a length, in chunks, or by the server.
_ENDS = [
    ((*chunks, *length), environ)
    for chunks in ((), (("Transfer-Encoding", "chunked"),))
    for length in ((), *(((("Content-Length", value)),) for value in _LENGTHS))
    for environ in ({}, {"wsgi.input_terminated": "1"})
]

_REQUEST_PATHS = (
    "/args",
    "/needed",
    "/headers",
    "/accept",
    "/cache",
    "/auth",
    "/client",
    "/content",
    "/repr",
)

_MORE_HEADERS = (
    *HEADERS,
    ("Authorization", ""),
    ("Authorization", "Basic dXNlcg=="),
    ("Authorization", "Basic dXNlcjpwYTpzcw=="),
    ("Authorization", "Basic w7w6w6Q="),
    ("Authorization", "Basic /Pw6/w=="),
    ("Authorization", "basic  dXNlcjpwYXNz"),
    ("Authorization", "Token token=abc, x"),
    ("Authorization", "Custom a b c"),
    ("Range", "bytes=0-1, 3-4"),
    ("Range", "bytes"),
    ("Range", "bytes="),
    ("Range", "bytes=a-b"),
    ("Range", "BYTES=0-1"),
    ("If-None-Match", 'W/"weak", unquoted, "a,b"'),
    ("If-Modified-Since", "Tuesday, 14-Nov-23 22:13:20 GMT"),
    ("If-Range", "Tue, 14 Nov 2023 22:13:20 GMT"),
    ("If-Range", 'W/"x"'),
    ("If-Range", '"a""b"W/'),
    ("Cache-Control", 'no-cache="a, b", private'),
    ("Date", "Tue, 14 Nov 2023 22:13:20 GMT"),
    ("Accept", "text/html, text/html;q=0.5"),
    ("Accept", 'text/html;a="b,c"'),
    ("Accept", ""),
    ("Accept-Language", "en-US"),
    ("Accept-Language", "en-us, fr;q=0"),
    ("X-Forwarded-For", ""),
    ("X-Empty", ""),
    ("X_Under", "score"),
)

CATALOGUE = {
    "json_api": Cases(
        [
            *(get(f"/{way}/{v}") for way in ("value", "returned", "dumps") for v in _JSON_VALUES),
            *(get(f"/arguments/{kind}") for kind in ("none", "several", "names", "both")),
            *(get(f"/configured/{k}") for k in ("ascii", "unsorted", "spaced", "mimetype", "x")),
            *(
                post(path, body, content_type)
                for path in _JSON_PATHS
                for body in BODIES
                for content_type in (JSON, FORM, "application/vnd.api+json", "text/plain", "")
            ),
            *(
                post(path, '{"a": 1}', JSON, *headers, environ=environ)
                for path in ("/json", "/data-then-json?force=")
                for headers, environ in _ENDS
            ),
            *(get(path) for path in _JSON_PATHS),
            *(get(path, ("Content-Type", JSON)) for path in _JSON_PATHS),
            post("/json", "[" * 100_000, JSON),
            post("/json", '{"a": 1}', JSON.upper()),
            post("/json", '{"a": 1}', JSON + "; charset=latin-1"),
            post("/json", '{"a": ' + "9" * 5000 + "}", JSON),
        ],
        [*_JSON_PATHS, *_JSON_PATHS, "/value/{}", "/returned/dict"],
    ),
    "forms": Cases(
        [
            *(
                post(path, body, content_type)
                for path in _FORM_PATHS
                for body, content_type in (
                    (b"a=1&b=2&a=3", FORM),
                    (b"a=%FF&b=%C3%BC&c=+%20%2B&=x&d", FORM),
                    (b"needed=yes", FORM),
                    (b"", FORM),
                    (b'{"a": 1}', JSON),
                    (b"text body\nsecond line\n", "text/plain"),
                    (bytes(range(256)), ""),
                    (b"x=" + b"y" * 2500, FORM),
                )
            ),
            *(post("/form", body, kind) for body in BODIES for kind in CONTENT_TYPES),
            *(
                post("/form", body, method=method)
                for body in BODIES[:4]
                for method in ("GET", "PUT", "PATCH", "DELETE", "HEAD")
            ),
            *(post_parts("/form", parts) for parts in _PART_SETS),
            *(post_parts(path, PARTS[:4]) for path in _FORM_PATHS),
            *(
                post_parts("/form", PARTS[2:4], method=method)
                for method in ("GET", "PUT", "DELETE")
            ),
            *(post("/form", "a=1&b=2", FORM, ("Content-Length", length)) for length in _LENGTHS),
            *(post("/raw", "abcdef", "", ("Content-Length", length)) for length in _LENGTHS),
            *(
                post(path, "a=1&b=2", FORM, *headers, environ=environ)
                for path in ("/raw", "/form", "/stream", "/limited", "/form-then-data")
                for headers, environ in _ENDS
            ),
            *(
                post("/form", body, f"multipart/form-data; boundary={BOUNDARY}")
                for body in (
                    b"",
                    b"--a-boundary--",
                    b"--a-boundary\r\n\r\nx\r\n--a-boundary--\r\n",
                    b'--a-boundary\r\nContent-Disposition: form-data; name="a"\r\n\r\n1',
                    b'--a-boundary\nContent-Disposition: form-data; name="a"\n\n1\n'
                    b"--a-boundary--\n",
                    b'pre\r\n--a-boundary\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n'
                    b"--a-boundary--\r\nepilogue",
                    b'--a-boundary\r\nContent-Disposition: attachment; name="a"\r\n\r\n1\r\n'
                    b"--a-boundary--\r\n",
                    b'--a-boundary\r\nContent-Disposition: form-data; name="a"\r\n'
                    b"Content-Transfer-Encoding: base64\r\n\r\nYQ==\r\n--a-boundary--\r\n",
                    b'--a-boundary  \r\ncontent-disposition:form-data;name="a"\r\n folded\r\n\r\n1'
                    b"\r\n--a-boundary--  \r\n",
                )
            ),
        ],
        [*_FORM_PATHS, "/field?name={}"],
    ),
    "requests": Cases(
        [
            *(get(f"/args?{query}") for query in QUERIES),
            *(get(f"/needed?{query}") for query in ("needed=1", "needed=", "other=1", "")),
            *(get(path, header) for path in _REQUEST_PATHS for header in _MORE_HEADERS),
            *(post("/content", body, kind) for body in BODIES[:4] for kind in CONTENT_TYPES),
            get("/client", environ={"REMOTE_ADDR": "::1", "REMOTE_USER": "somebody"}),
            get("/client", ("X-Forwarded-For", "1.2.3.4, , 5.6.7.8")),
            get("/repr", host="a.example:8080", script_name="/root", scheme="https"),
            get("/repr?a=%C3%BC&b=<>"),
            Request("HEAD", "/repr"),
        ],
        [*_REQUEST_PATHS, *(f"{path}?a={{}}" for path in _REQUEST_PATHS), "/args?{}={}&{}={}"],
    ),
}
