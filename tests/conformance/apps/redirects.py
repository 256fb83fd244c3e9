"""redirect and url_for in all forms, also below a script root and without a server name."""

from flask import Flask, jsonify, redirect, request, url_for
from werkzeug.utils import append_slash_redirect
from werkzeug.utils import redirect as werkzeug_redirect

app = Flask(__name__, static_folder="static")
app.config["PROPAGATE_EXCEPTIONS"] = False


@app.route("/")
def index():
    return "index"


@app.route("/item/<int:number>", methods=["GET", "POST"])
def item(number):
    return f"item {number}"


@app.route("/text/<name>")
def text(name):
    return name


@app.route("/path/<path:rest>")
def path(rest):
    return rest


@app.route("/folder/")
def folder():
    return "folder"


@app.route("/deep/folder/", methods=["GET", "POST"])
def deep():
    return "deep"


TARGETS = [
    "/",
    "relative",
    "../up",
    "?q=1",
    "#frag",
    "http://other.example/x",
    "//other.example/x",
    "https://bücher.example/ü?q=ä",
    "/ü ö?a=b c&d=é",
    "/a%20b?x=%2F",
    "/<script>",
    "/quo'te\"",
    "/back\\slash",
    "",
    "/a/../b",
    "mailto:a@b.example",
    "/tab\there",
]


@app.route("/to/<int:number>")
def to(number):
    code = request.args.get("code", 302, type=int)
    return redirect(TARGETS[number % len(TARGETS)], code)


@app.route("/plain-to/<int:number>")
def plain_to(number):
    return werkzeug_redirect(TARGETS[number % len(TARGETS)], 303)


@app.route("/absolute-to/<int:number>")
def absolute_to(number):
    response = redirect(TARGETS[number % len(TARGETS)])
    response.autocorrect_location_header = True
    return response


@app.route("/slash")
def slash():
    return append_slash_redirect(request.environ)


BUILDS = [
    ("index", {}),
    ("item", {"number": 5}),
    ("item", {"number": "6"}),
    ("item", {}),
    ("item", {"number": "x"}),
    ("nowhere", {}),
    ("text", {"name": "ü /?#%&"}),
    ("text", {"name": ""}),
    ("path", {"rest": "a/b c/ü"}),
    ("index", {"q": "ä&=", "list": [1, 2], "none": None}),
    ("index", {"_anchor": "x y/ü"}),
    ("index", {"_external": True}),
    ("index", {"_scheme": "https"}),
    ("index", {"_scheme": "https", "_external": False}),
    ("index", {"_scheme": "", "_external": True}),
    ("index", {"_method": "POST"}),
    ("item", {"number": 1, "_method": "DELETE"}),
    ("static", {"filename": "a b/c.css"}),
    ("static", {"filename": "x.js", "_external": True, "v": 1}),
    ("folder", {"b": 2, "a": 1}),
    ("index", {"bytes": b"x", "float": 1.5, "true": True}),
    ("index", {"dict": {"a": 1}, "empty": []}),
]


@app.route("/build/<int:number>")
def build(number):
    endpoint, values = BUILDS[number % len(BUILDS)]
    return url_for(endpoint, **values)


@app.route("/url-facts")
@app.route("/url-facts/<path:rest>", methods=["GET", "POST"])
def url_facts(rest=None):
    return jsonify(
        {
            name: str(getattr(request, name))
            for name in (
                *("url", "base_url", "root_url", "url_root", "host_url", "host", "path"),
                *("full_path", "script_root", "root_path", "scheme", "is_secure", "server"),
                *("query_string", "remote_addr"),
            )
        }
    )
