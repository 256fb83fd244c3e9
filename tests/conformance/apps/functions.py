"""The functions of Werkzeug that applications import, called with whatever a request says."""

import io
from datetime import date, datetime, time, timedelta

from flask import Flask, jsonify, request
from werkzeug import datastructures, http, security, urls, user_agent, utils, wsgi
from werkzeug.datastructures import (
    Accept,
    Authorization,
    ContentRange,
    ETags,
    Headers,
    HeaderSet,
    IfRange,
    MIMEAccept,
    MultiDict,
    Range,
    WWWAuthenticate,
)
from werkzeug.sansio import utils as sansio_utils

app = Flask(__name__, static_folder=None)
app.config["PROPAGATE_EXCEPTIONS"] = False


def number(text):
    return int(text) if text.lstrip("-").isascii() and text.lstrip("-").isdigit() else None


def dumped_again(parse, *arguments):
    def call(text):
        found = parse(text, *arguments)
        return [found, found.to_header() if found is not None else None]

    return call


def header_set(text):
    values = http.parse_set_header(text)
    values.add("New")
    values.discard("a")
    return [values.to_header(), list(values), "NEW" in values, sorted(values.as_set())]


def headers(name, value):
    found = Headers([("A", "1")])
    found.add(name, value, option=value, some_option="x", none=None)
    found.set("b", value)
    found.setdefault(name, "default")
    found.setlistdefault("C", [value, "2"])
    return [found.to_wsgi_list(), str(found), name in found, found.getlist(name), repr(found)]


def multi_dict(text):
    pairs = [part.partition("=")[::2] for part in text.split("&")]
    found = MultiDict(pairs)
    last = found.popitem() if found else None
    return [found, list(found.lists()), found.to_dict(flat=False), last, repr(found), len(found)]


def combined(text):
    first, second = MultiDict([("a", text), ("a", "2")]), MultiDict({"a": "3", text: "4"})
    found = datastructures.CombinedMultiDict([first, second])
    return [found["a"], found.getlist("a"), sorted(found), list(found.items(multi=True))]


def accept(text):
    found = http.parse_accept_header(text, MIMEAccept)
    return [
        list(found),
        found.best,
        found.best_match(["text/html", "application/json", "text/plain"]),
        found.quality("text/html"),
        found.find("text/*"),
        "image/png" in found,
        found.to_header(),
        [found.accept_html, found.accept_xhtml, found.accept_json],
        list(found.values()),
        repr(found),
    ]


def languages(text):
    found = http.parse_accept_header(text, datastructures.LanguageAccept)
    return [list(found), found.best_match(["de", "en-US", "en_GB", "zh-Hant"]), found["en"]]


def charsets(text):
    found = http.parse_accept_header(text, datastructures.CharsetAccept)
    return [list(found), found.best_match(["utf-8", "latin1", "ascii"]), found["UTF8"]]


def etags(text):
    found = http.parse_etags(text)
    return [
        found.to_header(),
        sorted(found.as_set(include_weak=True)),
        found.contains_weak("a"),
        found.contains("a"),
        found.contains_raw('W/"a"'),
        bool(found),
        found.star_tag,
    ]


def range_header(text, length):
    found = http.parse_range_header(text)
    if found is None:
        return None
    size = number(length)
    return [
        found.units,
        found.ranges,
        found.range_for_length(size),
        found.to_header(),
        found.to_content_range_header(size),
        str(found.make_content_range(size)),
    ]


def content_range(text):
    found = http.parse_content_range_header(text)
    if found is None:
        return None
    return [found.units, found.start, found.stop, found.length, found.to_header(), bool(found)]


def authorization(text):
    found = Authorization.from_header(text)
    if found is None:
        return None
    return [found.type, found.token, found.parameters, found.to_header(), found.get("realm")]


def authenticate(text):
    found = WWWAuthenticate.from_header(text)
    if found is None:
        return None
    parameters = [found.type, found.token, dict(found.parameters), found.to_header()]
    return [*parameters, found.realm, found.get("nonce"), str(found)]


def cache_control(text):
    found = http.parse_cache_control_header(text, cls=datastructures.ResponseCacheControl)
    before = dict(found)
    found.max_age = 3
    found.no_store = True
    return [before, found.to_header(), found.private, found.s_maxage, found.no_cache]


def request_cache_control(text):
    found = http.parse_cache_control_header(text, cls=datastructures.RequestCacheControl)
    return [dict(found), found.max_age, found.max_stale, found.min_fresh, found.only_if_cached]


def security_policy(text):
    found = http.parse_csp_header(text)
    before = dict(found)
    found.img_src = "'self'"
    return [before, found.to_header(), found.default_src]


def if_range(text):
    found = http.parse_if_range_header(text)
    return [found.etag, found.date, found.to_header()]


def dumped_cookie(name, value):
    return http.dump_cookie(
        name, value, max_age=5, sync_expires=False, secure=True, samesite="lax", path="/" + value
    )


def limited(text, size):
    stream = wsgi.LimitedStream(io.BytesIO(text.encode()), number(size) or 0)
    return [stream.read(2), stream.readline(), stream.read(), stream.tell(), stream.is_exhausted]


def password(text):
    hashed = security.generate_password_hash(text, method="pbkdf2:sha256:10", salt_length=4)
    known = "pbkdf2:sha256:10$abcd$" + "0" * 64
    return [
        hashed.split("$")[0],
        security.check_password_hash(hashed, text),
        security.check_password_hash(hashed, text + "x"),
        security.check_password_hash(known, text),
    ]


def check_password(hashed, text):
    return security.check_password_hash(hashed, text)


def current_url(host, path):
    environ = {"wsgi.url_scheme": "https", "HTTP_HOST": host, "SCRIPT_NAME": "/r"}
    environ |= {"PATH_INFO": path.encode().decode("latin-1"), "QUERY_STRING": "a=ü"}
    return [
        wsgi.get_current_url(environ),
        wsgi.get_current_url(environ, host_only=True),
        wsgi.get_current_url(environ, root_only=True),
        wsgi.get_current_url(environ, strip_querystring=True),
        wsgi.get_host(environ),
    ]


def joined_paths(first, second):
    return security.safe_join(first, second)


def conditional(etag, header):
    environ = {"REQUEST_METHOD": "GET", "HTTP_IF_NONE_MATCH": header}
    dated = {"REQUEST_METHOD": "GET", "HTTP_IF_MODIFIED_SINCE": header}
    return [
        http.is_resource_modified(environ, etag=etag),
        http.is_resource_modified(dated, last_modified=datetime(2023, 11, 14, 22, 13, 20)),
    ]


def agent(text):
    found = user_agent.UserAgent(text)
    return [found.string, bool(found), found.platform, found.browser, found.to_header()]


def header_object(kind, text):
    made = {
        "set": lambda: HeaderSet([text, "a", "A"]),
        "etags": lambda: ETags([text], ["weak"]),
        "range": lambda: Range(text, [(0, 5), (7, None)]),
        "content-range": lambda: ContentRange("bytes", 0, number(text)),
        "if-range": lambda: IfRange(text),
        "accept": lambda: Accept([(text, 0.5), ("b", 1), ("*", 0)]),
        "authenticate": lambda: WWWAuthenticate("digest", {"realm": text, "qop": "auth"}),
        "authorization": lambda: Authorization("basic", {"username": text, "password": "ü"}),
    }[kind]()
    return [made.to_header(), str(made)]


FUNCTIONS = {
    "parse_options_header": http.parse_options_header,
    "parse_dict_header": http.parse_dict_header,
    "parse_list_header": http.parse_list_header,
    "parse_cookie": http.parse_cookie,
    "parse_date": http.parse_date,
    "parse_age": http.parse_age,
    "dump_age": lambda text: http.dump_age(number(text)),
    # Without a number it would be the current time.
    "http_date": lambda text: http.http_date(number(text) or 0),
    "http_date_of": lambda text: [
        http.http_date(datetime(2024, 2, 29, 1, 2, 3)),
        http.http_date(date(2024, 2, 29)),
        http.http_date(datetime(1, 1, 1)),
        http.http_date(datetime(2024, 2, 29).timetuple()),
    ],
    "dump_header": lambda text: [
        http.dump_header([text, "b c", "d"]),
        http.dump_header({"a": text, "b": None, "c*": "x", "d": 5}),
    ],
    "dump_options_header": lambda text: http.dump_options_header(
        "attachment", {"filename": text, "n": 5, "none": None, "x*": "utf-8''%C3%BC"}
    ),
    "dump_options_header_main": lambda text: http.dump_options_header(text, {"a": "b"}),
    "quote_header_value": http.quote_header_value,
    "unquote_header_value": http.unquote_header_value,
    "quote_etag": http.quote_etag,
    "weak_etag": lambda text: http.quote_etag(text, weak=True),
    "unquote_etag": http.unquote_etag,
    "generate_etag": lambda text: http.generate_etag(text.encode()),
    "dump_cookie": dumped_cookie,
    "header_set": header_set,
    "headers": headers,
    "multi_dict": multi_dict,
    "combined": combined,
    "accept": accept,
    "languages": languages,
    "charsets": charsets,
    "etags": etags,
    "range": range_header,
    "content_range": content_range,
    "if_range": if_range,
    "authorization": authorization,
    "authenticate": authenticate,
    "cache_control": cache_control,
    "request_cache_control": request_cache_control,
    "security_policy": security_policy,
    "conditional": conditional,
    "entity_header": lambda text: [
        http.is_entity_header(text),
        http.is_hop_by_hop_header(text),
    ],
    "byte_range": lambda first, second: http.is_byte_range_valid(number(first), number(second), 10),
    "header_object": header_object,
    "iri_to_uri": urls.iri_to_uri,
    "uri_to_iri": urls.uri_to_iri,
    "secure_filename": utils.secure_filename,
    "safe_join": joined_paths,
    "password": password,
    "check_password": check_password,
    "get_content_type": lambda text: utils.get_content_type(text, "utf-8"),
    "import_string": lambda text: getattr(utils.import_string(text), "__name__", None),
    "import_string_silent": lambda text: utils.import_string(text, silent=True) is None,
    "append_slash_redirect": lambda text: (
        utils.append_slash_redirect({"PATH_INFO": text, "QUERY_STRING": "a=b"}).location
    ),
    "redirect": lambda text: utils.redirect(text).get_data(as_text=True),
    "current_url": current_url,
    "host_is_trusted": lambda host, trusted: sansio_utils.host_is_trusted(host, trusted.split(",")),
    "get_host": lambda scheme, host: sansio_utils.get_host(scheme, host, ("server", 8080)),
    "get_path_info": lambda text: wsgi.get_path_info({"PATH_INFO": text}),
    "limited": limited,
    "user_agent": agent,
    "time": lambda text: (
        http.http_date(datetime.combine(date(2024, 1, 1), time(1)))
        + str(timedelta(seconds=number(text) or 0))
    ),
}


def shown(value):
    if isinstance(value, (set, frozenset)):
        return ["set", sorted(map(repr, value))]
    if isinstance(value, MultiDict):
        return [type(value).__name__, [[k, shown(v)] for k, v in value.items(multi=True)]]
    if isinstance(value, dict):
        return [type(value).__name__, [[k, shown(v)] for k, v in value.items()]]
    if isinstance(value, (list, tuple)):
        return [type(value).__name__, [shown(item) for item in value]]
    return [type(value).__name__, str(value)]


@app.route("/<name>")
def call(name):
    try:
        return jsonify(shown(FUNCTIONS[name](*request.args.getlist("a"))))
    except Exception as error:
        return jsonify(error=type(error).__name__, text=str(error))
