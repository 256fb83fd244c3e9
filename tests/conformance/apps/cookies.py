"""Cookies in and out: quoting, attributes, deletion, several of one name."""

from datetime import UTC, datetime, timedelta

from flask import Flask, Response, jsonify, make_response, request

app = Flask(__name__, static_folder=None)
app.config["PROPAGATE_EXCEPTIONS"] = False

VALUES = [
    "plain",
    "",
    "with space",
    "semi;colon",
    "com,ma",
    'quo"te',
    "back\\slash",
    "ünïcode",
    "line\nbreak",
    "equals=sign",
    "%41",
    "\x00\x7f",
    "x" * 4100,
    "a@b:c/d?e",
    "(parens)[brackets]",
]
OPTIONS = [
    {},
    {"max_age": 60},
    {"max_age": timedelta(days=1)},
    {"max_age": 0},
    {"max_age": -1},
    {"expires": 0},
    {"expires": 1700000000.5},
    {"expires": datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)},
    {"expires": datetime(2030, 1, 2, 3, 4, 5)},
    {"expires": "Thu, 02 Jan 2030 03:04:05 GMT"},
    {"path": "/sub"},
    {"path": None},
    {"path": "/ü ;x"},
    {"domain": "example.com"},
    {"domain": ".example.com:8080"},
    {"domain": "bücher.example"},
    {"secure": True, "httponly": True},
    {"samesite": "lax"},
    {"samesite": "None", "secure": True},
    {"samesite": "wrong"},
    {"partitioned": True},
    {"max_age": 60, "expires": 1700000000, "secure": True, "httponly": True, "samesite": "Strict"},
]


@app.route("/read")
def read():
    return jsonify(list(request.cookies.items(multi=True)))


@app.route("/set/<int:value>/<int:options>")
def set_cookie(value, options):
    response = make_response("set")
    response.set_cookie("key", VALUES[value % len(VALUES)], **OPTIONS[options % len(OPTIONS)])
    return response


@app.route("/name/<path:name>")
def name(name):
    response = Response("named")
    response.set_cookie(name, "v")
    return response


@app.route("/several")
def several():
    response = Response("several")
    for index in range(3):
        response.set_cookie(f"c{index}", str(index))
    response.set_cookie("c1", "again", path="/other")
    response.delete_cookie("c2")
    return response


@app.route("/delete")
def delete():
    response = Response("deleted")
    response.delete_cookie("key", path="/sub", domain="example.com", secure=True, samesite="Lax")
    return response


@app.route("/raw")
def raw():
    response = Response("raw")
    response.headers.add("Set-Cookie", "raw=1; Path=/; Custom")
    response.headers.add("Set-Cookie", "raw2=2")
    response.set_cookie("later", "3")
    response.headers["X-Count"] = str(len(response.headers.getlist("Set-Cookie")))
    return response
