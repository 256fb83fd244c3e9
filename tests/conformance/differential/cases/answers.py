"""Requests about what goes out: responses, files, streams, templates, hooks and errors.

Flask: The Response Object, ``send_file``, Templates, Handling Application Errors. Django:
``HttpResponse``, the template engines, ``handler404`` and its kin.
"""

from __future__ import annotations

from exchange import Cases, Request, Steps, get, post, words

_HOOK_PATHS = (
    "/",
    "/inner/",
    "/inner/fail",
    "/inner/nothing",
    "/fail",
    "/en/page/x",
    "/async",
    "/missing",
)
_STOPS = ("text", "empty", "false", "tuple", "error", "inner")

_ERRORS = words("own child own-http teapot no-code zero lookup key value unicode missing")
_CODES = (
    400,
    401,
    403,
    404,
    405,
    406,
    408,
    409,
    410,
    411,
    412,
    413,
    414,
    415,
    416,
    417,
    418,
    421,
    422,
    423,
    424,
    428,
    429,
    431,
    451,
    500,
    501,
    502,
    503,
    504,
    505,
    200,
    301,
    304,
    402,
    425,
    799,
    0,
    99,
)
_RETURNS = words(
    "none int false object set empty-tuple one-tuple four-tuple none-tuple bad-status zero-status"
    " odd-status text-status digits-status float-status bytes bytearray exception class"
    " exception-tuple wsgi headers-list headers-dict-list headers-only newline-header list dict"
    " generator iterator nested unknown"
)
_ABORT_OPTIONS = words("auth methods retry unavailable range response none wrapped other")

_SENDERS = words(
    "path relative missing named attachment unicode mimetype age age-zero age-function modified"
    " etag no-etag unconditional binary empty html gz no-extension stream stream-unnamed"
    " stream-named stream-attachment stream-etag text-stream open unknown"
)
_CONDITIONS = (
    *(
        ("Range", f"bytes={r}")
        for r in (
            "0-4",
            "0-0",
            "5-",
            "-5",
            "-0",
            "0-999",
            "27-",
            "26-26",
            "999-",
            "5-2",
            "0-1,3-4",
            "a-b",
            "-",
            "0-",
            " 0-4",
            "0 - 4",
            "--5",
            "1-1-1",
            "00-01",
        )
    ),
    ("Range", "items=0-4"),
    ("Range", "bytes:0-4"),
    ("Range", ""),
    *(
        ("If-None-Match", tag)
        for tag in (
            '"own-tag"',
            'W/"own-tag"',
            "*",
            '"other"',
            "own-tag",
            '"fixed"',
            '"stream-tag"',
            '"abc"',
            'W/"abc"',
            "",
        )
    ),
    *(("If-Match", tag) for tag in ('"own-tag"', '"other"', "*", 'W/"own-tag"', '"abc"')),
    *(
        ("If-Modified-Since", date)
        for date in (
            "Tue, 14 Nov 2023 22:13:20 GMT",
            "Tue, 14 Nov 2023 22:13:19 GMT",
            "Tue, 14 Nov 2023 22:13:21 GMT",
            "Fri, 01 Jan 2100 00:00:00 GMT",
            "nonsense",
            "Tue, 14 Nov 2023 23:13:20 +0100",
        )
    ),
    ("If-Unmodified-Since", "Tue, 14 Nov 2000 22:13:20 GMT"),
    ("If-Unmodified-Since", "Tue, 14 Nov 2023 22:13:20 GMT"),
)
_IF_RANGES = (
    '"own-tag"',
    '"other"',
    'W/"own-tag"',
    '"fixed"',
    "Tue, 14 Nov 2023 22:13:20 GMT",
    "Tue, 14 Nov 2000 22:13:20 GMT",
    "nonsense",
    "",
)
_STATIC = words(
    "letters.txt empty.txt bytes.bin page.html archive.tar.gz noextension sub/inner.txt"
    " with%20space.txt .hidden missing sub sub/ . .. ../files.py %2e%2e/files.py ..%2Ffiles.py"
    " sub/../letters.txt sub//inner.txt /etc/passwd %2Fetc%2Fpasswd letters.txt/ letters.txt%00"
    " \\letters.txt LETTERS.TXT sub%2Finner.txt"
)

_STRINGS = words(
    "escape filters tojson globals url whitespace undefined syntax autoescape loop join unicode"
    " missing"
)
_FILES = words(
    "plain.txt UPPER.HTML data.xml image.svg shared.html undefined.html broken.html"
    " fails.html missing.html ../templating.py part.html"
)

_STREAMS = words(
    "/text /bytes /mixed /empty /context /wrapped /wrapped?q=x /no-context /fails/0 /fails/2"
    " /closing /closed /file /wrap-file /stream-attribute /list /replaced /read-twice"
)

_MAKERS = words(
    "attributes timedelta status-text status-code status-odd mimetype mimetype-params content-type"
    " json-type svg no-type both-types cache cache-more vary csp auth list-headers merged etag"
    " length no-content not-modified reset continue unicode surrogate header-unicode header-latin"
    " header-wide header-int header-none cors policies empty none-body default-html bytes nothing"
    " missing"
)


def _hook_steps() -> list[Request | Steps]:
    paths = [
        *_HOOK_PATHS,
        *(f"{path}?stop={stop}" for path in ("/", "/inner/", "/missing") for stop in _STOPS),
        *(
            f"{path}?after={way}"
            for path in ("/", "/inner/", "/fail", "/missing")
            for way in ("error", "replace", "none")
        ),
        "/?stop=error&after=error",
    ]
    return [
        *((get(path), get("/teardown")) for path in paths),
        *(Request(method, path) for method in ("HEAD", "OPTIONS", "POST") for path in paths),
    ]


CATALOGUE = {
    "hooks": Cases(
        _hook_steps(),
        [*_HOOK_PATHS, "/{}/page/{}", "/?stop={}", "/inner/?after={}"],
    ),
    "errors": Cases(
        [
            *(get(f"{place}/raise/{name}") for place in ("", "/guarded") for name in _ERRORS),
            *(get(f"{place}/abort/{code}") for place in ("", "/guarded") for code in _CODES),
            *(get(f"/abort/{code}?description=%3Cb%3E+%C3%BC") for code in _CODES),
            *(get(f"/abort/{code}?description=") for code in (400, 404, 500)),
            *(Request("HEAD", f"/abort/{code}") for code in (400, 404, 410, 500)),
            get("/abort-response"),
            *(get(f"/abort-options/{kind}") for kind in _ABORT_OPTIONS),
            *(get(f"/returns/{kind}") for kind in _RETURNS),
            *(Request("HEAD", f"/returns/{kind}") for kind in _RETURNS),
            *(
                get(path)
                for path in (
                    "/form-key",
                    "/form-key?wanted=1",
                    "/header-key",
                    "/cookie-key",
                    "/guarded/none",
                    "/none",
                    "/abort/x",
                )
            ),
            *(Request("POST", path) for path in ("/raise/own", "/guarded/abort/404", "/none")),
            get("/abort/404", ("Accept", "application/json")),
        ],
        [
            "/raise/{}",
            "/abort/{}",
            "/abort/404?description={}",
            "/guarded/abort/{}",
            "/{}",
            "/abort-options/{}",
            *(f"/returns/{kind}" for kind in _RETURNS),
        ],
    ),
    "files": Cases(
        [
            *(Request(m, f"/send/{name}") for m in ("GET", "HEAD") for name in _SENDERS),
            *(
                get(f"/send/{name}", condition)
                for name in ("etag", "stream-etag", "empty", "open")
                for condition in _CONDITIONS
            ),
            *(
                get("/send/etag", ("Range", "bytes=0-4"), ("If-Range", value))
                for value in _IF_RANGES
            ),
            Request("get", "/from/letters.txt", (("Range", "bytes=99-"),)),
            *(get("/from/letters.txt", condition) for condition in _CONDITIONS),
            *(Request("HEAD", "/from/letters.txt", (condition,)) for condition in _CONDITIONS[:8]),
            *(get(f"/static/{name}") for name in _STATIC),
            *(get(f"/from/{name}") for name in _STATIC),
            *(Request(method, "/static/letters.txt") for method in ("POST", "OPTIONS", "HEAD")),
            *(
                Request(method, path, (condition,))
                for path in ("/conditional", "/conditional?ranges=", "/conditional?weak=")
                for condition in _CONDITIONS
                for method in ("GET", "PUT")
            ),
            *(Request(m, f"/{p}") for m in ("GET", "HEAD") for p in ("add-etag", "frozen")),
            get("/add-etag?weak=", ("If-None-Match", "*")),
        ],
        [
            *(f"/send/{name}" for name in _SENDERS),
            "/from/letters.txt",
            "/from/{}",
            "/static/{}",
            "/conditional",
            "/conditional?ranges=",
            "/add-etag",
        ],
        headers=[(condition,) for condition in _CONDITIONS],
    ),
    "templating": Cases(
        [
            *(get(f"/string/{name}") for name in _STRINGS),
            *(get(f"/stream/{name}") for name in (*_STRINGS, "page")),
            *(get(f"/file/{name}{q}") for name in _FILES for q in ("", "?safe=")),
            *(get(f"/page/{name}") for name in ("x", "none", "%3Cb%3E", "%C3%BC")),
            get("/page/x?item=%3Ca%3E&item=b", host="a.example:8080", script_name="/root"),
            get("/choice"),
            get("/macro"),
            (get("/page/x"), get("/page/y")),
        ],
        ["/string/{}", "/page/{}?item={}", "/file/plain.txt", "/stream/escape", "/macro"],
    ),
    "streaming": Cases(
        [
            *(Request(method, path) for method in ("GET", "HEAD") for path in _STREAMS),
            (get("/closing"), get("/closed")),
            get("/missing"),
        ],
        _STREAMS,
    ),
    "responses": Cases(
        [
            *(Request(m, f"/make/{name}") for m in ("GET", "HEAD", "POST") for name in _MAKERS),
            *(get(f"/properties/{name}{q}") for name in _MAKERS for q in ("", "?text=1")),
            get("/wsgi"),
            post("/make/nothing", "a=b"),
        ],
        [*(f"/make/{name}" for name in _MAKERS), "/wsgi"],
    ),
}
