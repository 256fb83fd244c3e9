"""JSON in and out: parsing, refusals, providers, odd types."""

import dataclasses
import decimal
import enum
import uuid
from datetime import UTC, date, datetime, timedelta, timezone

from flask import Flask, Response, json, jsonify, request
from markupsafe import Markup

app = Flask(__name__, static_folder=None)
app.config["PROPAGATE_EXCEPTIONS"] = False


@dataclasses.dataclass
class Point:
    x: int
    y: int


class WithHTML:
    def __html__(self):
        return "<p>"


class Colour(enum.IntEnum):
    RED = 1


VALUES = {
    "dict": {"b": 1, "a": {"d": 2, "c": [3, None, True, 1.5]}},
    "mixed-keys": {1: "a", "b": 2},
    "int-keys": {2: "b", 10: "a"},
    "none-key": {None: 1},
    "datetime": datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC),
    "naive": datetime(2024, 1, 2, 3, 4, 5),
    "offset": datetime(2024, 1, 2, 3, 4, 5, tzinfo=timezone(timedelta(hours=2))),
    "date": date(2024, 1, 2),
    "decimal": decimal.Decimal("1.10"),
    "uuid": uuid.UUID(int=7),
    "dataclass": Point(1, 2),
    "markup": Markup("<b>"),
    "html": WithHTML(),
    "enum": Colour.RED,
    "text": "ü </script> & ' \u2028",
    "surrogate": "\ud800",
    "nan": float("nan"),
    "infinity": float("inf"),
    "big": 10**30,
    "tuple": (1, 2),
    "set": {1},
    "bytes": b"x",
    "object": object,
    "empty": {},
    "list": [],
    "none": None,
    "true": True,
    "zero": 0,
}


@app.route("/value/<name>")
def value(name):
    return jsonify(VALUES[name])


@app.route("/returned/<name>")
def returned(name):
    return {"value": VALUES[name]}


@app.route("/dumps/<name>")
def dumps(name):
    return Response(json.dumps(VALUES[name], indent=2, separators=(", ", ": ")))


@app.route("/arguments/<kind>")
def arguments(kind):
    return {
        "none": lambda: jsonify(),
        "several": lambda: jsonify(1, "a", None),
        "names": lambda: jsonify(b=1, a=2),
        "both": lambda: jsonify(1, a=2),
    }[kind]()


@app.route("/configured/<kind>")
def configured(kind):
    provider = type(app.json)(app)
    if kind == "ascii":
        provider.ensure_ascii = False
    elif kind == "unsorted":
        provider.sort_keys = False
    elif kind == "spaced":
        provider.compact = False
    elif kind == "mimetype":
        provider.mimetype = "application/vnd.api+json"
    return provider.response({"ü": 1, "a": [1, 2]})


@app.route("/json", methods=["GET", "POST", "PUT"])
def read_json():
    return jsonify(got=request.json)


@app.route("/get-json", methods=["GET", "POST"])
def get_json():
    options = {name: True for name in ("force", "silent") if name in request.args}
    first = request.get_json(**options)
    second = request.get_json(**options)
    return jsonify(first=first, second=second, is_json=request.is_json, type=request.mimetype)


@app.route("/data-then-json", methods=["POST"])
def data_then_json():
    data = request.get_data(as_text=True)
    return jsonify(data=data, got=request.get_json(force=True))


@app.errorhandler(415)
def unsupported(error):
    return f"415 handler: {error.description}", 415
