"""Requests about what a browser keeps: the session, flashes and other cookies.

Flask: Sessions, Message Flashing. Django: ``django.contrib.sessions``, ``messages``.
"""

from __future__ import annotations

from exchange import Cases, Request, Steps, get, words

_VALUES = words(
    "text number float none list tuple dict bytes markup uuid datetime tag long object decimal set"
    " own"
)

_SESSION_PATHS = words(
    "/show /set/text /set/number /set/long /pop/text /pop/none /clear /untouched /append"
    " /append?mark= /permanent/1 /permanent/0 /state /flash/hello /flash/a%20b?category=error"
    " /flash/x?twice= /flashes /flashes?with= /flashes?only=error /flashes?only=error&with= /error"
    " /counter /stream /vary /vary?read= /missing"
)


def _steps(*targets: str, host: str = "localhost") -> Steps:
    return tuple(get(target, host=host) for target in targets)


_KEYLESS = words(
    "/keyless/read /keyless/write /keyless/flash /secure/set /secure/permanent /secure/clear"
    " /secure/untouched /partitioned/set /domain/set /root/set /root/permanent /root/untouched"
    " /short/set /short/permanent /bad-samesite/set /bad-samesite/untouched"
)

_COOKIE_HEADERS = (
    "",
    "a=b",
    "a=b; c=d",
    "a=b;c=d",
    "a=b, c=d",
    "a",
    "=b",
    "a=",
    "a=b=c",
    " a = b ",
    "a=b; a=c",
    'a="b c"',
    'a="b\\"c"',
    'a="\\303\\274"',
    'a="b',
    "a=b;;; c=d",
    "a=%C3%BC",
    "a=\xc3\xbc",
    "a=\xff",
    "\xc3\xbc=a",
    "a=b; $Path=/; c=d",
    "a b=c",
    "a=b\\054c",
    'a="b\\054c"',
    "a=(b)",
    "__Host-a=1; __host-A=2",
    "a=b\tc",
    "\xc2\xa0a=b",
    "a=" + "x" * 5000,
    "a=b; " * 200,
)

CATALOGUE = {
    "sessions": Cases(
        [
            *(get(path) for path in _SESSION_PATHS),
            *(_steps(f"/set/{name}", "/show", f"/pop/{name}", "/show") for name in _VALUES),
            _steps("/set/own?value=%C3%BC", "/untouched", "/state", "/clear", "/show", "/clear"),
            _steps("/append", "/append", "/append?mark=", "/append", "/show"),
            _steps("/permanent/1", "/untouched", "/show", "/permanent/0", "/untouched"),
            _steps("/set/text", "/permanent/1", "/clear", "/untouched"),
            _steps("/flash/a", "/flash/b?category=error", "/flashes?with=", "/flashes"),
            _steps("/flash/a?twice=", "/flashes?only=markup", "/flashes?with="),
            _steps("/flash/a", "/flash/b?category=error", "/flashes?only=error&with=", "/flashes"),
            _steps("/error", "/show"),
            _steps("/counter", "/counter", "/counter", "/missing", "/counter"),
            _steps("/stream", "/show"),
            _steps("/set/text", "/vary", "/vary?read=", "/state"),
            *(
                get("/show", ("Cookie", f"session={value}"))
                for value in (
                    "x",
                    "",
                    "a.b.c",
                    ".eJx",
                    "eyJhIjoxfQ.x.y",
                    '"quoted"',
                    "\xff",
                    "..",
                    "x" * 5000,
                )
            ),
            *(Request("HEAD", path) for path in ("/set/text", "/show", "/untouched")),
            Request("OPTIONS", "/set/text"),
            get("/set/text", script_name="/root"),
            get("/set/text", host="sub.example.com:8080", scheme="https"),
        ],
        [*_SESSION_PATHS, "/set/{}", "/flash/{}", "/pop/{}"],
    ),
    "keyless": Cases(
        [
            *(get(path) for path in _KEYLESS),
            *(
                _steps(
                    f"/{app}/set",
                    f"/{app}/show",
                    f"/{app}/permanent",
                    f"/{app}/untouched",
                    f"/{app}/clear",
                    f"/{app}/untouched",
                    host="example.com",
                )
                for app in ("secure", "partitioned", "domain", "root", "short", "bad-samesite")
            ),
            get("/domain/set", host="sub.example.com"),
            get("/nothing"),
        ],
        _KEYLESS,
    ),
    "cookies": Cases(
        [
            *(get("/read", ("Cookie", header)) for header in _COOKIE_HEADERS),
            *(get(f"/set/{value}/0") for value in range(15)),
            *(get(f"/set/0/{options}") for options in range(22)),
            *(
                get(f"/name/{name}")
                for name in (
                    "a",
                    "a%20b",
                    "a=b",
                    "a;b",
                    "%C3%BC",
                    "a,b",
                    "$a",
                    "__Host-x",
                    "a%22b",
                    "a%0Ab",
                )
            ),
            *(get(path) for path in ("/several", "/delete", "/raw")),
            *(_steps(f"/set/{value}/0", "/read") for value in range(12)),
            _steps("/several", "/read", "/delete", "/read"),
            _steps("/name/a;b=c", "/read"),
        ],
        ["/read", "/set/{}/{}", "/name/{}", "/several", "/delete", "/raw"],
        headers=[(("Cookie", header),) for header in _COOKIE_HEADERS],
    ),
}
