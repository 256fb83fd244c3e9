"""Errors: abort in all forms, handlers by code, class and blueprint, broken views."""

from flask import Blueprint, Flask, Response, abort, jsonify, request
from werkzeug import exceptions
from werkzeug.exceptions import HTTPException

app = Flask(__name__, static_folder=None)
app.config["PROPAGATE_EXCEPTIONS"] = False


class OwnError(Exception):
    pass


class OwnChild(OwnError):
    pass


class OwnHTTP(HTTPException):
    code = 409
    description = "an <own> conflict"


class NoCode(HTTPException):
    pass


class Teapot(exceptions.ImATeapot):
    def get_response(self, environ=None, scope=None):
        return Response("own teapot", 418, {"X-Tea": "green"})


ERRORS = {
    "own": OwnError,
    "child": OwnChild,
    "own-http": OwnHTTP,
    "teapot": Teapot,
    "no-code": NoCode,
    "zero": ZeroDivisionError,
    "lookup": LookupError,
    "key": KeyError,
    "value": ValueError,
    "unicode": lambda: ValueError("ü" * 3),
}


@app.route("/raise/<name>")
def raise_it(name):
    raise ERRORS[name]()


@app.route("/abort/<int:code>")
def abort_it(code):
    description = request.args.get("description")
    if description is not None:
        abort(code, description)
    abort(code)


@app.route("/abort-response")
def abort_response():
    abort(Response("from abort", 400, {"X-Abort": "yes"}))


@app.route("/abort-options/<kind>")
def abort_options(kind):
    if kind == "auth":
        from werkzeug.datastructures import WWWAuthenticate

        abort(401, www_authenticate=WWWAuthenticate("basic", {"realm": "a realm"}))
    if kind == "methods":
        raise exceptions.MethodNotAllowed(valid_methods=["GET", "PUT"])
    if kind == "retry":
        raise exceptions.TooManyRequests(retry_after=30)
    if kind == "unavailable":
        raise exceptions.ServiceUnavailable("later", retry_after=60)
    if kind == "range":
        raise exceptions.RequestedRangeNotSatisfiable(length=100)
    if kind == "response":
        raise exceptions.NotFound(response=Response("given", 404))
    if kind == "none":
        raise exceptions.NotFound(description=None)
    if kind == "wrapped":
        raise exceptions.BadRequestKeyError("the key")
    raise exceptions.Gone(description=f"gone {kind}")


@app.route("/returns/<kind>")
def returns(kind):
    values = {
        "none": None,
        "int": 5,
        "false": False,
        "object": object(),
        "set": {1},
        "empty-tuple": (),
        "one-tuple": ("x",),
        "four-tuple": ("x", 200, {}, 1),
        "none-tuple": (None, 200),
        "bad-status": ("x", "abc"),
        "zero-status": ("x", 0),
        "odd-status": ("x", 799),
        "text-status": ("x", "404 Nothing Here"),
        "digits-status": ("x", "203"),
        "float-status": ("x", 201.0),
        "bytes": b"\xff\x00",
        "bytearray": bytearray(b"ba"),
        "exception": OwnHTTP(),
        "class": OwnHTTP,
        "exception-tuple": (exceptions.NotFound(), 410, {"X-A": "b"}),
        "wsgi": exceptions.Gone(),
        "headers-list": ("x", [("X-A", "1"), ("X-A", "2")]),
        "headers-dict-list": ("x", {"X-A": ["1", "2"]}),
        "headers-only": ("x", {"Content-Type": "text/plain"}),
        "newline-header": ("x", {"X-A": "a\r\nB: c"}),
        "list": [1, {"a": None}],
        "dict": {"b": 1, "a": [True]},
        "generator": (part for part in ("a", "b")),
        "iterator": iter(["c", "d"]),
        "nested": (("x", 201), 202),
    }
    return values[kind]


@app.route("/form-key")
def form_key():
    return request.args["wanted"] + request.form["also"]


@app.route("/header-key")
def header_key():
    return request.headers["X-Wanted"]


@app.route("/cookie-key")
def cookie_key():
    return request.cookies["wanted"]


@app.errorhandler(OwnError)
def own_error(error):
    return f"own error handler: {type(error).__name__}", 501


@app.errorhandler(404)
def not_found(error):
    return jsonify(error=error.code, name=error.name, description=error.description), 404


@app.errorhandler(exceptions.Forbidden)
def forbidden(error):
    return error


@app.errorhandler(410)
def gone(error):
    raise OwnError("handler failed")


@app.errorhandler(LookupError)
def lookup(error):
    return f"lookup handler: {type(error).__name__}", 400


guarded = Blueprint("guarded", __name__, url_prefix="/guarded")


@guarded.errorhandler(404)
def guarded_not_found(error):
    return "guarded 404", 404


@guarded.errorhandler(OwnError)
def guarded_own(error):
    return "guarded own", 502


@guarded.errorhandler(HTTPException)
def guarded_http(error):
    return f"guarded http {error.code}", error.code or 500


@guarded.errorhandler(Exception)
def guarded_any(error):
    return f"guarded any {type(error).__name__}", 500


@guarded.route("/abort/<int:code>")
def guarded_abort(code):
    abort(code)


@guarded.route("/raise/<name>")
def guarded_raise(name):
    raise ERRORS[name]()


app.register_blueprint(guarded)
