"""Calls of Werkzeug's functions with texts that headers, paths and names are made of.

Flask: Werkzeug's HTTP utilities. Django: ``django.utils.http`` and its kin.
"""

from __future__ import annotations

from urllib.parse import quote

from exchange import Cases, Request, get, words

_TEXTS = (
    "", " ", "a", "ü", "a b", "a,b", "a, b , c", '"a"', '"a, b", c', "a=b", 'a="b c"', "a=b; c=d",
    "a; b=c", 'a; b="c;d"; e', "a; b*=utf-8''%C3%BC", "a; b*0=x; b*1=y", "a; b*=latin1''%FC",
    'form-data; name="a\\"b"; filename="C:\\\\x.txt"', "text/html; charset=utf-8; q=0.5",
    "a; =b; c=; d", ";a=b", "a;;b=c", 'a="unclosed', "a=\\b", "*", "*/*", "a/b;q=0", "W/\"a\"",
    'W/"a", "b", c, *', '"a""b"', "bytes=0-5", "bytes=-5", "bytes=5-", "bytes=1-2,4-5",
    "bytes=5-2", "items 1-2/3", "bytes 0-5/10", "bytes */10", "bytes 0-5/*", "bytes x", "0-5",
    "Basic dXNlcjpwYXNz", "Basic x", "Bearer abc=", 'Digest a="b", c=d', "Digest", "basic",
    'Basic realm="a \\"b\\""', "Negotiate", "Custom abc", "max-age=5, no-cache, private=\"x\"",
    "max-age=x, max-stale, min-fresh=3", "public, immutable, s-maxage=0", "no-cache=\"a, b\"",
    "default-src 'self' x; script-src y;; img-src", "Tue, 14 Nov 2023 22:13:20 GMT",
    "Tuesday, 14-Nov-23 22:13:20 GMT", "Tue Nov 14 22:13:20 2023", "2023-11-14T22:13:20Z",
    "Tue, 14 Nov 2023 22:13:20 +0200", "Tue, 32 Nov 2023 22:13:20 GMT", "0", "5", "-5", "1.5",
    "1700000000", "99999999999999", "text/html, application/json;q=0.9, */*;q=0.1", "de;q=0.5, en",
    "de-CH, de;q=0.9, en-gb;q=x", "en_GB, zh-Hant-TW;q=0.3, *;q=0", "utf-8, latin1;q=0.5",
    "text/*;q=0.3, text/html;level=1, text/html;q=0.7", "a;q=2, b;q=-1, c;q=1.0001", "http://a/b",
    "http://bücher.example/ü?q=ö#ä", "http://a:80/%2F%41%7E%ff", "//a b/c d?e f=g h", "/a%20b%zz",
    "http://user:pa ss@host:1/x", "http://[::1]:80/", "mailto:a@b", "javascript:alert(1)", "/../x",
    "..", "../a", "a/../b", "/etc/passwd", "a//b", "a\\b", "C:\\x", "a\x00b", "a\nb", "a\r\nb: c",
    "My cool movie.mov", "../../../etc/passwd", "i contain cool ümläuts.txt", ".htaccess",
    "CON.txt",
    "a" * 300, "%", "%41", "%C3%BC", "%E2%82", "%uXXXX", "+", "a+b", "<script>", "'", "&",
    "a&b=c&b=d",
    "=", "&&=", "host", "host:80", "host:443", "HOST.example", ".example.com", "a.example.com",
    "exa mple", "[::1]", "127.0.0.1:5000", "xn--bcher-kva.example", "os.path", "os:path",
    "os.nothing",
    "no_such_module", "datetime.datetime", "filename=x", "Keep-Alive", "Content-Type", "X-Own",
    "ETag",
    "pbkdf2:sha256:10$abcd$00", "pbkdf2:sha256:10$salt$" + "0" * 64, "scrypt:16:8:1$a$b",
    "plain$a$b",
    "sha256$x$y", "pbkdf2$a$b", "$$", "scrypt$a", "a=b; a=c; d", 'a="\\303\\274\\"\\073"', "€𝄞",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/120.0 Safari/537.36",
)  # fmt: skip

_ONE_ARGUMENT = words(
    "parse_options_header parse_dict_header parse_list_header parse_cookie parse_date parse_age"
    " dump_age http_date http_date_of dump_header dump_options_header dump_options_header_main"
    " quote_header_value unquote_header_value quote_etag weak_etag unquote_etag generate_etag"
    " header_set multi_dict combined accept languages charsets etags content_range if_range"
    " authorization authenticate cache_control request_cache_control security_policy entity_header"
    " iri_to_uri uri_to_iri secure_filename get_content_type import_string import_string_silent"
    " append_slash_redirect redirect get_path_info user_agent"
)

_TWO_ARGUMENTS = words(
    "dump_cookie headers range conditional byte_range safe_join check_password current_url"
    " host_is_trusted limited"
)

_SECOND = ("", "5", "ü;b", "a", '"a", W/"b"', "example.com,.example.org", "../x", "b/c")
_KINDS = words("set etags range content-range if-range accept authenticate authorization")


def _call(function: str, *arguments: str) -> Request:
    query = "&".join(f"a={quote(argument, safe='')}" for argument in arguments)
    return get(f"/{function}?{query}")


CATALOGUE = {
    "functions": Cases(
        [
            *(_call(function, text) for function in _ONE_ARGUMENT for text in _TEXTS),
            *(
                _call(function, text, second)
                for function in _TWO_ARGUMENTS
                for text in _TEXTS
                for second in _SECOND
            ),
            *(_call("header_object", kind, text) for kind in _KINDS for text in _TEXTS),
            *(
                _call("get_host", scheme, text)
                for scheme in ("http", "https", "ws")
                for text in _TEXTS
            ),
            _call("safe_join", "a", "b\x00"),
            *(_call("password", text) for text in ("", "ü", "a b")),
            *(_call("time", text) for text in ("5", "x")),
            *(_call(function) for function in ("parse_cookie", "nothing")),
        ],
        [f"/{function}?a={{}}{{}}{{}}" for function in _ONE_ARGUMENT if "import" not in function]
        + [f"/{function}?a={{}}{{}}&a={{}}" for function in _TWO_ARGUMENTS],
    ),
}
