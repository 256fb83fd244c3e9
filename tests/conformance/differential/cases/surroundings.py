"""Requests about what is around a view: configurations, contexts, signals and middleware.

Flask: Configuration Handling, The Request Context, Signals. Django: settings, signals, middleware.
"""

from __future__ import annotations

from exchange import BOUNDARY, FORM, JSON, Cases, Request, get, post, post_parts, words

_MODES = words(
    "plain testing debug debug-propagating propagating trap-http trap-bad handlers handlers-testing"
    " handlers-trap limits rooted no-options rotated"
)
_MODE_PATHS = words(
    "/ /json /form-key /args-key /args-key?needed=1 /fail /own /abort/400 /abort/404 /abort/405"
    " /abort/500 /abort/999 /none /slash /slash/ /missing /session /template/%7B%7B%20x.y%20%7D%7D"
    " /template/%7B%25%20if /template/%7B%7B%201/0%20%7D%7D"
)


def _mode_requests(mode: str) -> list[Request]:
    header = ("X-App", mode)
    part = 'name="a"\r\n\r\n1\r\n'
    long_part = f'name="a"\r\n\r\n{"x" * 30}\r\n'
    file = 'name="f"; filename="f"\r\n\r\n' + "y" * 60 + "\r\n"
    return [
        *(get(path, header) for path in _MODE_PATHS),
        *(Request("OPTIONS", path, (header,)) for path in ("/", "/slash", "/missing")),
        *(Request("DELETE", path, (header,)) for path in ("/", "/slash")),
        *(Request("HEAD", path, (header,)) for path in ("/", "/fail")),
        *(post("/json", body, JSON, header) for body in ("{", "{}", "", "[" * 50)),
        post("/json", "{}", "text/plain", header),
        post("/form-key", "needed=x", FORM, header),
        post("/form-key", "needed=" + "x" * 30, FORM, header),
        post("/form-key", "other=x", FORM, header),
        post("/slash", "a=b", FORM, header),
        post("/slash", "a" * 300, FORM, header),
        *(
            request.with_header(*header)
            for path in ("/upload", "/files-key")
            for request in (
                post_parts(path, [part]),
                post_parts(path, [part, part, part]),
                post_parts(path, [long_part]),
                post_parts(path, [file]),
                post_parts(path, [file, file, file, file]),
                post(path, "a" * 250, FORM),
                post(path, "a" * 250, ""),
                post(path, b"--x", f"multipart/form-data; boundary={BOUNDARY}"),
            )
        ),
    ]


_CONTEXT_PATHS = words(
    "/thread /nested /proxies /missing-g /messages /outside /client /signals /fail /async /missing"
)

_MOUNTS = words(
    "/ /x /proxied /proxied/ /proxied/x /proxiedx /twice/ /shared/ /shared/x /shared/one"
    " /shared/files/letters.txt /shared/files/ /shared/files/sub/inner.txt"
    " /shared/files/../files.py"
    " /shared/files/missing /shared/files/page.html /deep /deep/ /deep/er /deep/er/ /deep/er/x/y"
    " /deep/x //proxied/x"
)
_FORWARDED = (
    ("X-Forwarded-For", "10.0.0.1"),
    ("X-Forwarded-For", "10.0.0.1, 10.0.0.2,10.0.0.3"),
    ("X-Forwarded-For", ""),
    ("X-Forwarded-Proto", "https"),
    ("X-Forwarded-Proto", "https, http"),
    ("X-Forwarded-Host", "front.example"),
    ("X-Forwarded-Host", "front.example:8443, inner"),
    ("X-Forwarded-Port", "8443"),
    ("X-Forwarded-Prefix", "/prefix"),
    ("X-Forwarded-Prefix", "/a, /b"),
    ("Forwarded", "for=1.2.3.4;proto=https"),
)

CATALOGUE = {
    "modes": Cases(
        [
            *(request for mode in _MODES for request in _mode_requests(mode)),
            *(
                (get("/session", ("X-App", first)), get("/session", ("X-App", second)))
                for first in ("plain", "rotated", "rooted")
                for second in ("plain", "rotated", "rooted")
            ),
            get("/args-key?needed=1&a=2&b=3", ("X-App", "limits")),
        ],
        [*_MODE_PATHS, "/upload", "/files-key", "/abort/{}"],
        headers=[(("X-App", mode),) for mode in _MODES],
    ),
    "contexts": Cases(
        [
            *((get(path), get("/signals")) for path in _CONTEXT_PATHS),
            (get("/thread"), get("/proxies"), get("/nested")),
            (get("/signals"), get("/stream"), get("/signals")),
            *(Request("HEAD", path) for path in _CONTEXT_PATHS),
        ],
        _CONTEXT_PATHS,
    ),
    "middleware": Cases(
        [
            *(get(path) for path in _MOUNTS),
            *(
                get(path, header, host=host)
                for path in ("/proxied/x", "/twice/x")
                for header in _FORWARDED
                for host in ("localhost", "inner.example:5000")
            ),
            get("/proxied/x", *_FORWARDED),
            get("/proxied/x", *_FORWARDED[3::2], script_name="/root"),
            *(
                Request(method, "/shared/files/letters.txt", headers)
                for method in ("GET", "HEAD", "POST")
                for headers in ((), (("If-None-Match", "*"),), (("Range", "bytes=0-1"),))
            ),
        ],
        [*_MOUNTS, "/proxied/{}", "/deep/er/{}", "/shared/files/{}"],
        headers=[(), *((header,) for header in _FORWARDED)],
    ),
}
