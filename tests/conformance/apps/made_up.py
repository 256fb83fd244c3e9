"""Rules, structures and requests made up at random, the same ones for the same number."""

# What is bound in a loop is called in the same turn.
# ruff: noqa: B023

import io
import re
from random import Random

from flask import Flask, jsonify
from werkzeug.datastructures import (
    Accept,
    CombinedMultiDict,
    Headers,
    HeaderSet,
    LanguageAccept,
    MIMEAccept,
    MultiDict,
)
from werkzeug.exceptions import HTTPException
from werkzeug.routing import EndpointPrefix, Map, RequestRedirect, Rule, Subdomain, Submount
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request, Response

app = Flask(__name__, static_folder=None)
app.config["PROPAGATE_EXCEPTIONS"] = False

LITERALS = ("a", "b", "ab", "a.b", "a-b", "ü", "a b", "x+y", "1", "12")
CONVERTERS = (
    "",
    "",
    "int:",
    "int(fixed_digits=2):",
    "int(min=2, max=20):",
    "int(signed=True):",
    "float:",
    "string(length=2):",
    "string(minlength=2, maxlength=3):",
    "path:",
    "any(a, b, 'a-b'):",
    "uuid:",
)
VALUES = ("a", "b", "ab", "abc", "1", "12", "02", "-3", "1.5", "a-b", "ü", "a b", "a/b", "", "x/1/")
FITTING = {
    "int": ("1", "12", "02", "007"),
    "float": ("1.5", "0.0", "12.25"),
    "string": ("ab", "abc", "a"),
    "any": ("a", "b", "a-b"),
    "path": ("a/b", "a", "x/1"),
    "uuid": ("12345678-1234-5678-1234-567812345678",),
}
UUID = "12345678-1234-5678-1234-567812345678"
METHODS = (None, None, ["GET"], ["POST"], ["GET", "PUT"])


def make_rule(random, number):
    names = iter(("x", "y", "z", "w"))
    segments = []
    for _ in range(random.randint(0, 3)):
        segment = ""
        for _ in range(random.choice((1, 1, 1, 2))):
            is_variable = random.random() < 0.5
            name = next(names, None) if is_variable else None
            if name is None:
                segment += random.choice(LITERALS)
            else:
                segment += f"<{random.choice(CONVERTERS)}{name}>"
            if random.random() < 0.2:
                segment += random.choice((".", "-", "_"))
        segments.append(segment)
    text = "/" + "/".join(segments) + random.choice(("", "", "/"))
    options = {"endpoint": f"e{random.choice((number, number, random.randint(0, number)))}"}
    if random.random() < 0.2:
        options["strict_slashes"] = random.random() < 0.5
    if random.random() < 0.1:
        options["merge_slashes"] = False
    if random.random() < 0.15:
        options["defaults"] = {random.choice(("x", "page")): random.choice((1, "a"))}
    if random.random() < 0.08:
        options["redirect_to"] = "/to/there"
    if random.random() < 0.08:
        options["alias"] = True
    if random.random() < 0.05:
        options["build_only"] = True
    if random.random() < 0.05:
        options["websocket"] = True
    if random.random() < 0.15:
        options["subdomain"] = random.choice(("api", "<sub>", ""))
    methods = random.choice(METHODS)
    if methods and "websocket" not in options:
        options["methods"] = methods
    return Rule(text.replace("//", "/"), **options)


def make_map(random):
    factories = []
    for number in range(random.randint(2, 12)):
        rule = make_rule(random, number)
        chance = random.random()
        if chance < 0.06:
            rule = Submount("/mount", [rule])
        elif chance < 0.1:
            rule = EndpointPrefix("pre.", [rule])
        elif chance < 0.14:
            rule = Subdomain("api", [rule])
        factories.append(rule)
    return Map(
        factories,
        strict_slashes=random.random() < 0.8,
        merge_slashes=random.random() < 0.8,
        redirect_defaults=random.random() < 0.8,
        sort_parameters=random.random() < 0.3,
    )


def outcome(function):
    try:
        return function()
    except RequestRedirect as error:
        return ["redirect", error.code, error.new_url]
    except HTTPException as error:
        return [error.code, sorted(getattr(error, "valid_methods", None) or ())]
    except Exception as error:
        return [type(error).__name__]


def make_path(random, rules):
    """Make a path that fits a rule more or less."""
    rule = random.choice(rules).rule
    parts = []
    for part in rule.split("/"):
        while "<" in part:
            before, _, rest = part.partition("<")
            variable, _, after = rest.partition(">")
            converter = variable.partition("(")[0].partition(":")[0]
            value = random.choice((*VALUES, UUID))
            if random.random() < 0.8:
                value = random.choice(FITTING.get(converter, FITTING["string"]))
            part = before + value + after
        parts.append(part)
    path = "/".join(parts)
    if random.random() < 0.2:
        path = path.rstrip("/") if path.endswith("/") else f"{path}/"
    if random.random() < 0.1:
        path = path.replace("/", "//", 1)
    return path


@app.route("/rules/<int:seed>")
def rules(seed):
    random = Random(seed)
    url_map = outcome(lambda: make_map(random))
    if isinstance(url_map, list):
        return jsonify(made=url_map)
    found = list(url_map.iter_rules())
    adapter = url_map.bind(
        "example.com",
        random.choice(("/", "/root/")),
        subdomain=random.choice(("", "api", "other")),
        query_args=random.choice((None, "q=1", {"b": "ü", "a": "1"})),
    )
    matches = []
    for _ in range(25):
        path, method = make_path(random, found), random.choice(("GET", "GET", "POST", "HEAD"))
        websocket = random.random() < 0.05
        result = outcome(lambda: adapter.match(path, method, websocket=websocket))
        if isinstance(result, tuple):
            result = [result[0], sorted((k, repr(v)) for k, v in result[1].items())]
        matches.append(
            [path, method, result, outcome(lambda: sorted(adapter.allowed_methods(path)))]
        )
    built = []
    for _ in range(20):
        rule = random.choice(found)
        values = {name: random.choice((*VALUES, 1, 12, -3, 1.5, None)) for name in rule.arguments}
        if random.random() < 0.3:
            values[random.choice(("extra", "x", "page"))] = random.choice(
                ("ü&=", 1, ["a", "b"], None)
            )
        options = {
            "force_external": random.random() < 0.2,
            "append_unknown": random.random() < 0.8,
            "method": random.choice((None, None, "POST")),
            "url_scheme": random.choice((None, None, "https", "")),
        }
        built.append(
            [
                rule.endpoint,
                repr(values),
                outcome(lambda: adapter.build(rule.endpoint, values, **options)),
            ]
        )
    return jsonify(matches=matches, built=built)


TEXTS = (
    "a",
    "A",
    "b",
    "text/html",
    "text/*",
    "*/*",
    "de",
    "de-AT",
    "en_US",
    "*",
    "1",
    "5",
    "x y",
    'q"',
)


def as_header_name(text):
    """Put hyphens in the place of what ends a header's name, which flaskish refuses."""
    return re.sub('[ /"]', "-", text)


def make_structure(random):
    pairs = [(random.choice(TEXTS), random.choice(TEXTS)) for _ in range(random.randint(0, 6))]
    weighted = [(text, random.choice((1, 0.5, 0.1, 0))) for text, _ in pairs]
    return random.choice(
        (
            lambda: MultiDict(pairs),
            lambda: Headers([(as_header_name(name), value) for name, value in pairs]),
            lambda: HeaderSet([text for text, _ in pairs]),
            lambda: CombinedMultiDict([MultiDict(pairs), MultiDict(pairs[::2])]),
            lambda: Accept(weighted),
            lambda: MIMEAccept(weighted),
            lambda: LanguageAccept(weighted),
        )
    )()


def make_change(random, structure):
    name, value = random.choice(TEXTS), random.choice(TEXTS)
    if isinstance(structure, Headers):
        name = as_header_name(name)
    return random.choice(
        (
            ("get", (name,), {}),
            ("get", (name,), {"type": int}),
            ("getlist", (name,), {}),
            ("getlist", (name,), {"type": int}),
            ("add", (name, value), {}),
            ("add", (name,), {}),
            ("set", (name, value), {}),
            ("setlist", (name, [value, name]), {}),
            ("setdefault", (name, value), {}),
            ("setlistdefault", (name, [value]), {}),
            ("pop", (name,), {}),
            ("pop", (name, "none"), {}),
            ("poplist", (name,), {}),
            ("popitem", (), {}),
            ("popitemlist", (), {}),
            ("remove", (name,), {}),
            ("discard", (name,), {}),
            ("update", ({name: value},), {}),
            ("update", ([(name, value), (name, "2")],), {}),
            ("update", ({name: [value, "2"]},), {}),
            ("extend", ({name: value},), {}),
            ("extend", ([(name, value)],), {}),
            ("to_dict", (), {}),
            ("to_dict", (), {"flat": False}),
            ("best_match", ([name, value, "b"],), {}),
            ("quality", (name,), {}),
            ("index", (name,), {}),
            ("find", (name,), {}),
            ("to_header", (), {}),
            ("to_wsgi_list", (), {}),
            ("as_set", (), {}),
            ("values", (), {}),
            ("keys", (), {}),
            ("items", (), {}),
            ("items", (), {"multi": True}),
            ("lists", (), {}),
            ("copy", (), {}),
            ("clear", (), {}),
            ("__contains__", (name,), {}),
            ("__getitem__", (name,), {}),
            ("__getitem__", (0,), {}),
            ("__setitem__", (name, value), {}),
            ("__delitem__", (name,), {}),
            ("__len__", (), {}),
            ("__or__", ({name: value},), {}),
            ("__ior__", ({name: value},), {}),
            ("__eq__", ({name: value},), {}),
        )
    )


def shown(value):
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    if isinstance(value, (str, int, float, bool, type(None))):
        return value
    if isinstance(value, (MultiDict, CombinedMultiDict)):
        return [type(value).__name__, sorted((k, list(v)) for k, v in value.lists())]
    if isinstance(value, dict):
        return [type(value).__name__, sorted(value.items())]
    if value is NotImplemented:
        return "NotImplemented"
    try:
        return [
            type(value).__name__ if type(value).__module__ != "builtins" else "",
            *map(shown, value),
        ]
    except TypeError:
        return type(value).__name__


@app.route("/structures/<int:seed>")
def structures(seed):
    random = Random(seed)
    structure = make_structure(random)
    log = [shown(structure)]
    for _ in range(30):
        name, arguments, options = make_change(random, structure)
        method = getattr(structure, name, None)
        if method is None:
            log.append([name, "missing"])
            continue
        # Views of keys and values have names of their own in each framework.
        result = outcome(lambda: method(*arguments, **options))
        is_view = name in {"keys", "values", "items", "lists"} and not isinstance(result, str)
        log.append([name, repr(arguments), list(map(shown, result)) if is_view else shown(result)])
    return jsonify(log=log, state=shown(structure), text=str(structure))


def make_builder_options(random):
    options = {
        "path": random.choice(("/", "/a/b", "/ü?x=1", "a", "/a%20b", "//c", "http://h/p?q=1#f"))
    }
    if random.random() < 0.4:
        options["base_url"] = random.choice(
            (
                "http://localhost",
                "https://ex.com:8443/root/",
                "http://ex.com:80/ü",
                "http://[::1]:5/",
            )
        )
    if random.random() < 0.4:
        options["query_string"] = random.choice(("a=1&b", {"a": ["1", "2"], "ü": "ä"}, "a=%20+"))
    if random.random() < 0.6:
        options["method"] = random.choice(("GET", "post", "PUT", "DELETE"))
    kind = random.random()
    if kind < 0.3:
        options["data"] = {"a": random.choice(("1", ["1", "2"], 5)), "ü": "ö"}
    elif kind < 0.45:
        options["data"] = {
            "f": (io.BytesIO(b"content"), random.choice(("a.txt", "ü.png"))),
            "a": "1",
        }
    elif kind < 0.6:
        options["data"] = random.choice((b"bytes", "text ü"))
    elif kind < 0.7:
        options["json"] = {"a": [1, None, "ü"]}
    if random.random() < 0.4:
        options["headers"] = random.choice(
            ({"X-A": "1"}, [("X-A", "1"), ("X-A", "2")], {"Cookie": "a=b", "Host": "h.example"})
        )
    if random.random() < 0.3:
        options["content_type"] = random.choice(("text/plain", "multipart/form-data", "a/b; c=d"))
    if random.random() < 0.2:
        options["auth"] = random.choice((("user", "pä:ss"), ("", "")))
    if random.random() < 0.2:
        options["environ_overrides"] = {"REMOTE_ADDR": "1.2.3.4", "X": 1}
    return options


@app.route("/requests/<int:seed>")
def requests(seed):
    random = Random(seed)
    options = make_builder_options(random)
    environ = outcome(lambda: EnvironBuilder(**options).get_environ())
    if isinstance(environ, list):
        return jsonify(environ)
    stream = environ["wsgi.input"]
    texts = {
        k: str(v) for k, v in environ.items() if not k.startswith("wsgi.") and "werkzeug" not in k
    }
    boundary = environ.get("CONTENT_TYPE", "").partition("boundary=")[2]
    if boundary:
        # The boundary is another one each time, and so may be its length.
        texts.pop("CONTENT_TYPE")
        texts.pop("CONTENT_LENGTH")
    found = Request(environ)
    names = ["method", "path", "full_path", "url", "base_url", "root_url", "host", "root_path"]
    names += ["query_string", "mimetype", "access_route", "remote_addr"]
    names += ["is_json", "scheme", "is_secure"]
    answer = {name: str(outcome(lambda: getattr(found, name))) for name in names}
    for name in ("args", "form", "cookies", "values"):
        answer[name] = shown(outcome(lambda: MultiDict(getattr(found, name))))
    answer["files"] = [
        [key, f.filename, f.mimetype, f.read().decode()] for key, f in found.files.items(True)
    ]
    answer["authorization"] = str(found.authorization)
    answer["left"] = len(stream.read())
    return jsonify(environ=texts, request=answer)


@app.route("/responses/<int:seed>")
def responses(seed):
    random = Random(seed)
    response = outcome(
        lambda: Response(
            random.choice((None, "text", b"bytes", ["a", b"b"], iter(["x", "y"]), "")),
            random.choice((None, 200, 404, "299 Own", "203", 304, 204)),
            random.choice((None, {"X-A": "1"}, [("X-A", "1"), ("X-A", "2")], {"Location": "/ü x"})),
            random.choice((None, "text/plain", "application/json", "a/b; c=d")),
            random.choice((None, None, "text/x; charset=latin-1")),
        )
    )
    if isinstance(response, list):
        return jsonify(response)
    log = []
    for _ in range(random.randint(1, 8)):
        name, arguments, options = random.choice(
            (
                (
                    "set_cookie",
                    (random.choice(("a", "b")), random.choice(("v", "ü;", ""))),
                    {"path": random.choice(("/", None, "/x y")), "secure": random.random() < 0.5},
                ),
                ("delete_cookie", ("a",), {"domain": random.choice((None, "ex.com"))}),
                ("set_etag", (random.choice(("tag", "t")),), {"weak": random.random() < 0.5}),
                ("add_etag", (), {}),
                ("get_etag", (), {}),
                ("set_data", (random.choice(("ä", b"raw")),), {}),
                ("get_data", (), {}),
                ("get_data", (), {"as_text": True}),
                ("make_sequence", (), {}),
                ("freeze", (), {}),
                ("calculate_content_length", (), {}),
                ("get_json", (), {"force": True, "silent": True}),
                (
                    "make_conditional",
                    ({"REQUEST_METHOD": "GET", "HTTP_RANGE": "bytes=0-0"},),
                    {"accept_ranges": True, "complete_length": 5},
                ),
                (
                    "make_conditional",
                    ({"REQUEST_METHOD": "GET", "HTTP_IF_NONE_MATCH": '"tag"'},),
                    {},
                ),
            )
        )
        result = outcome(lambda: getattr(response, name)(*arguments, **options))
        log.append([name, "response" if isinstance(result, Response) else str(result)])
    for name in ("cache_control", "vary", "allow", "content_language", "www_authenticate"):
        if random.random() < 0.3:
            text = random.choice(("no-cache, max-age=5", "a, b", "Basic realm=x", ""))
            log.append([name, outcome(lambda: setattr(response, name, text))])
            log.append(str(outcome(lambda: getattr(response, name))))
    environ = EnvironBuilder("/here", method=random.choice(("GET", "HEAD"))).get_environ()
    sent = outcome(lambda: response.get_wsgi_response(environ))
    if isinstance(sent, tuple):
        body, status, headers = sent
        dates = {"date", "expires"}
        sent = [
            outcome(lambda: b"".join(body).decode("latin-1")),
            status,
            sorted(list(pair) for pair in headers if pair[0].lower() not in dates),
        ]
    return jsonify(log=log, sent=sent, status=response.status, streamed=response.is_streamed)
