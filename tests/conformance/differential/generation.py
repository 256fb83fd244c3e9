"""Requests made up at random, the same ones for the same seed.

Flask: any application of the comparison. Django: none; this only makes requests.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from random import Random
from urllib.parse import quote

from exchange import BOUNDARY, FORM, JSON, Cases, Request, Steps, words

METHODS = ("GET",) * 8 + ("POST",) * 5 + ("HEAD", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH")
ODD_METHODS = ("get", "Post", "TRACE", "PROPFIND", "CONNECT", "X" * 40, "M-SEARCH")

SEGMENTS = words(
    "x me fixed a one two three 0 1 7 12 007 -1 +1 1.5 .5 1. -2.5 1e3 123 1234 99999999999999999999"
    " abc ABC ff a,b a%20b a+b a%2Fb %2F %2f a%252Fb %C3%BC %c3%bc %FF %00 %0A %0D%0A .. . ..%2F"
    " a;b=c a:b @ ~ * ' %22 <> %7B%7D index page static edit posts en de x.y x-y x_y a|b"
    " %D9%A3 %E2%82%AC %F0%9D%84%9E with-hyphen quo%20ted 12345678-1234-5678-1234-567812345678"
)

QUERIES = words(
    "a=1 a=1&a=2 a a= =a = & && a=%FF %FF=a a=%C3%28 a=b=c a+b=c+d a%20b=c%2Bd a=1;b=2 a[]=1"
    " n=5 n=x n=5&n=x&n=7 n=-1 n=+1 n=%D9%A3 a=%00 a=%0D%0A a=%u1234 ? ?? a=?b #x a=%23 %61=%62"
    " a=%E2%82%AC a=\xc3\xbc a=%2 % a=<script> a='%22 needed=1 mark= weak= ranges= silent= force="
    " code=301 code=307 code=400 text=1 stop=text after=error description=<b> wanted=x category=c"
)

HEADERS = (
    ("Accept", "text/html"),
    ("Accept", "application/json;q=0.9, text/*;q=0.8, */*;q=0.1"),
    ("Accept", "text/html;level=1;q=x, ;;, a/b;q=2, */*;q=-1"),
    ("Accept-Language", "de-CH, de;q=0.9, en-GB;q=0.8, *;q=0.1"),
    ("Accept-Language", "en_gb;q=1.0,,de;q="),
    ("Accept-Encoding", "gzip;q=0, identity, br"),
    ("Accept-Charset", "utf-8, latin1;q=0.5, *;q=0"),
    ("Authorization", "Basic dXNlcjpwYXNz"),
    ("Authorization", "Basic ####"),
    ("Authorization", "Bearer a.b.c=="),
    ("Authorization", 'Digest username="u", realm="r", nonce="a,b", qop=auth'),
    ("Authorization", "Basic"),
    ("Cookie", "a=b; c=d"),
    ("Cookie", 'a="q\\"u\\054o"; b=1; b=2; ; =x; y; key=\xc3\xbc'),
    ("Cookie", "session=forged.value; key=1"),
    ("Range", "bytes=0-4"),
    ("Range", "bytes=-3"),
    ("Range", "bytes=5-"),
    ("Range", "bytes=5-2"),
    ("Range", "bytes=0-0,2-3"),
    ("Range", "items=0-1"),
    ("Range", "bytes=9999-"),
    ("If-None-Match", '"fixed", W/"abc"'),
    ("If-None-Match", "*"),
    ("If-Match", '"own-tag"'),
    ("If-Modified-Since", "Tue, 14 Nov 2023 22:13:20 GMT"),
    ("If-Modified-Since", "garbage"),
    ("If-Unmodified-Since", "Tue, 14 Nov 2000 22:13:20 GMT"),
    ("If-Range", '"fixed"'),
    ("Cache-Control", "no-cache, max-age=0, foo=bar"),
    ("Cache-Control", "max-stale, max-age=x"),
    ("Pragma", "no-cache"),
    ("User-Agent", "Mozilla/5.0 (X11; \xe9)"),
    ("X-Forwarded-For", "10.0.0.1, 10.0.0.2"),
    ("X-Requested-With", "XMLHttpRequest"),
    ("X-Test", "one"),
    ("X-Test", "tw\xc3\xb6"),
    ("X-Number", "12"),
    ("X-HTTP-Method-Override", "DELETE"),
    ("Origin", "http://other.example"),
    ("Referer", "http://localhost/?a=b"),
    ("Access-Control-Request-Method", "PUT"),
    ("Access-Control-Request-Headers", "X-A, x-b"),
    ("Content-Encoding", "gzip"),
    ("Transfer-Encoding", "chunked"),
    ("Max-Forwards", "5"),
    ("Expect", "100-continue"),
)

CONTENT_TYPES = (
    FORM,
    FORM + "; charset=latin-1",
    FORM.upper(),
    JSON,
    JSON + "; charset=utf-8",
    "application/vnd.api+json",
    "text/json",
    "text/plain",
    f"multipart/form-data; boundary={BOUNDARY}",
    f'multipart/form-data; boundary="{BOUNDARY}"',
    "multipart/form-data",
    "multipart/form-data; boundary=",
    "multipart/mixed; boundary=x",
    "",
    "garbage",
    "a/b; c=d; e=\"f;g\"; h*=utf-8''%C3%BC",
)

#: Headers whose values are put together from pieces.
PIECES = {
    "Accept": words("text/html text/* */* a/b ;q=0.5 ;q=0 ;level=1 , ;q=1.5 ; application/json"),
    "Accept-Language": words("de de-CH en * ;q=0.5 ;q=x , , _ en_GB zh-Hant"),
    "Authorization": words('Basic Bearer Digest dXNlcjpwYXNz dTo= username= "u" , = a=b realm'),
    "Cache-Control": words('no-cache max-age=5 max-age =x , private="a" no-store ; s-maxage=0'),
    "Content-Type": words("text/plain text/html ; charset=utf-8 charset= multipart/form-data x /"),
    "Cookie": words('a=1 b=2 ; ; = a "q\\"x" \\054 , session=x key=v $Path=/ \xff'),
    "If-Match": words('"own-tag" "abc" W/ , * "x"'),
    "If-Modified-Since": words("Tue, 14 Nov 2023 22:13:20 GMT 2100 +0100 ; length=1"),
    "If-None-Match": words('"own-tag" "fixed" "abc" W/ , * "x" unquoted'),
    "If-Range": words('"own-tag" "fixed" W/ "x" ,'),
    "Range": words("bytes= bytes 0-4 -3 5- , - 0- 99-100 = 3-1 items="),
    "X-Forwarded-For": words("10.0.0.1 , ::1 unknown ; for="),
}

BODIES = (
    b"",
    b"a=1&b=2&a=3",
    b"a=%FF&b=%C3%BC&c=+%20%2B&=x&d",
    b"a=\xff\xfe&\xc3\xbc=1",
    b"needed=yes&also=too",
    b"&&&",
    b"a=1;b=2",
    b'{"a": [1, 2.5, null, "\\u00fc"], "b": {}}',
    b'{"a": 1, "a": 2}',
    b"[]",
    b"null",
    b"{",
    b'"\xff"',
    b"\xef\xbb\xbf{}",
    b'{"a": NaN}',
    '{"ü": 1}'.encode("utf-16"),
    b"line one\nline two\r\nline three",
    bytes(range(256)),
    b"x=" + b"y" * 2500,
)

PARTS = (
    b'name="a"\r\n\r\n1\r\n',
    b'name="a"\r\n\r\n\r\n',
    b'name="needed"\r\n\r\nyes\r\n',
    b'name="f"; filename="f.txt"\r\nContent-Type: text/plain\r\n\r\ncontent\r\n',
    b'name="f"; filename=""\r\nContent-Type: application/octet-stream\r\n\r\n\r\n',
    b'name="f"; filename="C:\\\\dir\\\\a.txt"\r\n\r\nwin\r\n',
    b'name="f"; filename="\xc3\xbc\\".bin"\r\nX-Own: 1\r\n\r\n\x00\xff\r\n',
    b"name=\"f\"; filename*=utf-8''%C3%BC.txt\r\n\r\nstar\r\n",
    b'filename="nameless.txt"\r\n\r\nnameless\r\n',
    b'name="c"\r\nContent-Type: text/plain; charset=latin-1\r\n\r\n\xfc\r\n',
    b'name="big"\r\n\r\n' + b"z" * 2100 + b"\r\n",
    b"name=unquoted\r\n\r\nvalue\r\n",
    b'name="dashes"\r\n\r\n--' + BOUNDARY.encode() + b"x\r\n\r\n--\r\n",
    b'name="late"\r\nContent-Length: 3\r\n\r\nabcdef\r\n',
    b"broken part without an end",
)


def generate(
    random: Random, catalogue: Mapping[str, Cases], count: int
) -> Iterator[tuple[str, Steps]]:
    """Make up requests.

    :param random: The source of chance.
    :param catalogue: What each application can be asked.
    :param count: How many requests there are to be.
    :return: For each client the name of the application and the requests.
    """
    names = [name for name, cases in catalogue.items() if cases.targets]
    made = 0
    while made < count:
        name = random.choice(names)
        length = random.choice((1, 1, 1, 1, 2, 4, 8)) if made + 8 <= count else 1
        steps = tuple(_make_request(random, catalogue[name]) for _ in range(length))
        made += length
        yield name, steps


def _make_request(random: Random, cases: Cases) -> Request:
    method = random.choice(ODD_METHODS) if random.random() < 0.03 else random.choice(METHODS)
    headers = [*random.choice(cases.headers)]
    headers += random.sample(HEADERS, random.choice((0, 0, 1, 1, 2, 3)))
    if random.random() < 0.2:
        headers.append(_make_header(random))
    request = Request(method, _make_target(random, cases), host=random.choice(cases.hosts))
    if method not in {"GET", "HEAD"} or random.random() < 0.1:
        content_type, body = _make_body(random)
        if content_type:
            headers.append(("Content-Type", content_type))
        request = replace(request, body=body)
        if random.random() < 0.06:
            length = random.choice(("", "0", "-1", "x", "3", "+5", "99999", " 4"))
            headers.append(("Content-Length", length))
        if random.random() < 0.04:
            request = replace(request, environ={"wsgi.input_terminated": "1"})
    request = replace(request, headers=tuple(headers))
    if random.random() < 0.05:
        request = replace(request, script_name=random.choice(("/root", "/a b", "/\xc3\xbc", "/")))
    if random.random() < 0.05:
        request = replace(request, scheme="https")
    return request


def _make_header(random: Random) -> tuple[str, str]:
    name = random.choice(list(PIECES))
    count = random.choice((1, 2, 3, 4, 6))
    between = random.choice(("", "", " "))
    return name, between.join(random.choice(PIECES[name]) for _ in range(count)).strip()


def _make_target(random: Random, cases: Cases) -> str:
    path = random.choice(cases.targets)
    path = path.replace("{#}", str(random.randrange(10**9)))
    while "{}" in path:
        path = path.replace("{}", random.choice(SEGMENTS), 1)
    for change in (_add_slash, _double_slash, _encode_letter, _drop_end, _add_segment, _swap_case):
        if random.random() < 0.06:
            path = change(random, path)
    if random.random() < 0.35:
        parts = [random.choice(QUERIES) for _ in range(random.choice((1, 1, 2, 3)))]
        path += ("&" if "?" in path else "?") + "&".join(parts)
    return path


def _make_body(random: Random) -> tuple[str, bytes]:
    if random.random() < 0.3:
        parts = [random.choice(PARTS) for _ in range(random.randint(0, 4))]
        delimiter = f"--{BOUNDARY}\r\nContent-Disposition: form-data; ".encode()
        body = b"".join(delimiter + part for part in parts) + f"--{BOUNDARY}--\r\n".encode()
        if random.random() < 0.15:
            body = body[: random.randrange(len(body))]
        if random.random() < 0.15:
            body = _change_a_byte(random, body)
        return f"multipart/form-data; boundary={BOUNDARY}", body
    body = random.choice(BODIES)
    if body and random.random() < 0.15:
        body = _change_a_byte(random, body)
    return random.choice(CONTENT_TYPES), body


_INSERTED = (b"", b"\r", b"\n", b"\r\n", b"-", b'"', b"&", b"=", b"%", b"\xc3", b"\0")


def _change_a_byte(random: Random, body: bytes) -> bytes:
    place = random.randrange(len(body) + 1)
    inserted = random.choice(_INSERTED)
    return body[:place] + inserted + body[place + random.choice((0, 1)) :]


def _add_slash(random: Random, path: str) -> str:
    return f"{path}/"


def _double_slash(random: Random, path: str) -> str:
    places = [index for index, letter in enumerate(path) if letter == "/"]
    place = random.choice(places or [0])
    return f"{path[:place]}/{path[place:]}"


def _encode_letter(random: Random, path: str) -> str:
    place = random.randrange(len(path))
    if path[place] in "%/?" or "%" in path[max(0, place - 2) : place]:
        return path
    return f"{path[:place]}%{ord(path[place]):02X}{path[place + 1 :]}"


def _drop_end(random: Random, path: str) -> str:
    return path[: random.randrange(1, len(path) + 1)].rstrip("%") or "/"


def _add_segment(random: Random, path: str) -> str:
    return f"{path}/{random.choice(SEGMENTS)}"


def _swap_case(random: Random, path: str) -> str:
    return quote(path.upper(), safe="/%?=&")
