"""The session over several requests: values, permanence, flashes, deletion."""

from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

from flask import Flask, flash, get_flashed_messages, jsonify, request, session
from markupsafe import Markup

app = Flask(__name__, static_folder=None)
app.config.update(SECRET_KEY="a key", PROPAGATE_EXCEPTIONS=False)

VALUES = {
    "text": "ü text",
    "number": 12,
    "float": 1.5,
    "none": None,
    "list": [1, "a", None],
    "tuple": (1, ("b",)),
    "dict": {"a": {"b": [1]}},
    "bytes": b"\x00\xff",
    "markup": Markup("<b>bold</b>"),
    "uuid": UUID(int=5),
    "datetime": datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC),
    "tag": {" t": [1]},
    "long": "x" * 3000,
    "object": object(),
    "decimal": Decimal("1.5"),
    "set": {1},
}


@app.route("/show")
def show():
    return jsonify({name: [type(value).__name__, str(value)] for name, value in session.items()})


@app.route("/set/<name>")
def set_value(name):
    session[name] = VALUES.get(name, request.args.get("value", "plain"))
    return "set"


@app.route("/pop/<name>")
def pop(name):
    return str(session.pop(name, "nothing"))


@app.route("/clear")
def clear():
    session.clear()
    return "clear"


@app.route("/untouched")
def untouched():
    return "untouched"


@app.route("/append")
def append():
    session.setdefault("list", [])
    session["list"].append(1)
    if "mark" in request.args:
        session.modified = True
    return str(len(session["list"]))


@app.route("/permanent/<int:on>")
def permanent(on):
    session.permanent = bool(on)
    return f"{session.permanent} {session.new} {session.modified} {session.accessed}"


@app.route("/state")
def state():
    before = (session.new, session.modified)
    size = len(session)
    return f"{before} {size} {session.modified} {type(session).__name__}"


@app.route("/flash/<message>")
def flash_message(message):
    flash(message, request.args.get("category", "message"))
    if "twice" in request.args:
        flash(Markup("<i>again</i>"), "markup")
    return "flashed"


@app.route("/flashes")
def flashes():
    categories = request.args.getlist("only")
    first = get_flashed_messages("with" in request.args, categories)
    second = get_flashed_messages("with" in request.args)
    return jsonify(first=[str(item) for item in first], second=[str(item) for item in second])


@app.route("/error")
def error():
    session["before_error"] = 1
    raise ZeroDivisionError


@app.route("/counter")
def counter():
    session["n"] = session.get("n", 0) + 1
    return str(session["n"])


@app.route("/stream")
def stream():
    session["stream"] = "started"

    def chunks():
        yield "a"
        yield "b"

    return chunks()


@app.route("/vary", methods=["GET", "POST"])
def vary():
    response = app.make_response("vary")
    response.vary.add("Accept")
    if "read" in request.args:
        session.get("x")
    return response
