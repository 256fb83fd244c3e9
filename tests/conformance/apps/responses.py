"""What a view sets on a response: status, headers, types, caching, odd bodies."""

from datetime import UTC, datetime, timedelta

from flask import Flask, Response, jsonify, make_response, request
from werkzeug.datastructures import Headers

app = Flask(__name__, static_folder=None)
app.config["PROPAGATE_EXCEPTIONS"] = False


def with_attributes(**attributes):
    response = Response("body")
    for name, value in attributes.items():
        setattr(response, name, value)
    return response


def with_cache_control(**directives):
    response = Response("body")
    for name, value in directives.items():
        setattr(response.cache_control, name, value)
    return response


def with_vary():
    response = Response("body")
    response.vary.update(["Accept", "cookie", "ACCEPT"])
    response.allow.update(["GET", "post"])
    response.content_language.add("de")
    return response


def with_csp():
    response = Response("body")
    response.content_security_policy.default_src = "'self'"
    response.content_security_policy.script_src = "x y"
    return response


def with_auth():
    from werkzeug.datastructures import WWWAuthenticate

    response = Response("body", 401)
    response.www_authenticate = WWWAuthenticate("digest", {"realm": "a", "nonce": 'b"c'})
    return response


def with_list_headers():
    headers = Headers([("X-A", "1"), ("X-A", "2")])
    headers.add("Content-Disposition", "attachment", filename="ü.txt")
    headers.set("X-Params", "v", some_param="x y", none=None)
    return Response("body", headers=headers)


def merged():
    response = make_response(Response("x", 201, {"X-A": "1"}), 202, {"X-A": "2", "X-B": "3"})
    response.headers.extend({"X-C": ["4", "5"]})
    return response


MAKERS = {
    "attributes": lambda: with_attributes(
        age=30,
        content_language=["en", "fr"],
        date=datetime(2024, 1, 1, tzinfo=UTC),
        expires=datetime(2024, 1, 2),
        last_modified=1700000000,
        location="/ü here",
        retry_after=120,
        content_encoding="gzip",
        content_location="/x",
        content_md5="abc",
        accept_ranges="bytes",
    ),
    "timedelta": lambda: with_attributes(
        age=timedelta(minutes=2), retry_after=datetime(2024, 1, 1)
    ),
    "status-text": lambda: with_attributes(status="299 Own Words"),
    "status-code": lambda: with_attributes(status_code=418),
    "status-odd": lambda: with_attributes(status_code=299),
    "mimetype": lambda: with_attributes(mimetype="application/xml"),
    "mimetype-params": lambda: Response("x", mimetype="text/x-y; a=b"),
    "content-type": lambda: with_attributes(content_type="text/plain; charset=latin-1"),
    "json-type": lambda: Response("{}", content_type="application/json"),
    "svg": lambda: Response("<svg/>", mimetype="image/svg+xml"),
    "no-type": lambda: Response("x", headers={"Content-Type": ""}),
    "both-types": lambda: Response("x", mimetype="text/css", headers={"Content-Type": "a/b"}),
    "cache": lambda: with_cache_control(max_age=5, public=True, no_transform=True),
    "cache-more": lambda: with_cache_control(
        private=True, no_cache="Set-Cookie", s_maxage=3, must_revalidate=True, immutable=True
    ),
    "vary": with_vary,
    "csp": with_csp,
    "auth": with_auth,
    "list-headers": with_list_headers,
    "merged": merged,
    "etag": lambda: (lambda r: (r.set_etag('we"ird', weak=True), r)[1])(Response("x")),
    "length": lambda: Response("abc", headers={"Content-Length": "99"}),
    "no-content": lambda: ("ignored", 204),
    "not-modified": lambda: ("ignored", 304),
    "reset": lambda: ("ignored", 205),
    "continue": lambda: ("", 103),
    "unicode": lambda: "ünï€𝄞",
    "surrogate": lambda: "\ud800",
    "header-unicode": lambda: ("x", {"X-Ü": "ü"}),
    "header-latin": lambda: ("x", {"X-L": "é"}),
    "header-wide": lambda: ("x", {"X-W": "€"}),
    "header-int": lambda: ("x", {"X-N": 5}),
    "header-none": lambda: ("x", {"X-N": None}),
    "cors": lambda: with_attributes(
        access_control_allow_origin="*",
        access_control_allow_methods=["GET", "PUT"],
        access_control_allow_credentials=True,
        access_control_max_age=60,
    ),
    "policies": lambda: with_attributes(
        cross_origin_opener_policy="same-origin", cross_origin_embedder_policy="require-corp"
    ),
    "empty": lambda: Response(),
    "none-body": lambda: Response(None, 202),
    "default-html": lambda: "<p>",
    "bytes": lambda: b"\x80",
    "nothing": lambda: ("", {}),
}


@app.route("/make/<name>", methods=["GET", "POST"])
def make(name):
    return MAKERS[name]()


@app.route("/wsgi")
def wsgi():
    def application(environ, start_response):
        start_response("202 Fine", [("X-Wsgi", environ["REQUEST_METHOD"]), ("X-Wsgi", "2")])
        return [b"from ", b"wsgi"]

    return application


@app.route("/properties/<name>")
def properties(name):
    response = make_response(MAKERS[name]())
    return jsonify(
        status=response.status,
        code=response.status_code,
        type=response.content_type,
        mimetype=response.mimetype,
        params=response.mimetype_params,
        length=response.content_length,
        streamed=response.is_streamed,
        sequence=response.is_sequence,
        text=response.get_data(as_text=True) if request.args.get("text") else None,
        representation=repr(response),
        headers=response.headers.to_wsgi_list(),
        calculated=response.calculate_content_length(),
        is_json=response.is_json,
    )
