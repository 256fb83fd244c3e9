"""Rules of all sorts that get in one another's way: which wins, with what, and what redirects."""

from flask import Flask, jsonify, redirect, request, url_for
from werkzeug.routing import Rule

app = Flask(__name__, static_folder=None)


def answer(**values):
    rule = request.url_rule
    return jsonify(
        endpoint=request.endpoint,
        rule=rule.rule if rule else None,
        values={name: repr(value) for name, value in values.items()},
        path=request.path,
        full_path=request.full_path,
        query=request.query_string.decode("latin-1"),
        method=request.method,
    )


def add(rule, endpoint=None, **options):
    app.add_url_rule(rule, endpoint or f"e{len(app.view_functions)}", answer, **options)


add("/", "index")
add("/plain", "plain")
add("/folder/", "folder")
add("/folder/leaf", "leaf")
add("/loose", "loose", strict_slashes=False)
add("/loose-folder/", "loose_folder", strict_slashes=False)
add("/users/me", "me")
add("/users/<name>", "user")
add("/users/<int:number>", "user_number")
add("/users/<path:rest>", "user_rest")
add("/users/<name>/posts/", "posts")
add("/users/<name>/posts/<int:post>", "post")
add("/users/<name>/posts/<int:post>/edit", "edit", methods=["GET", "POST"])
add("/a-<x>-b", "inside")
add("/a-<int:x>.<ext>", "dotted")
add("/pages/", "pages", defaults={"page": 1})
add("/pages/<int:page>", "pages")
add("/old/<name>", "old", redirect_to="/users/<name>")
add("/called/<int:n>", "called", redirect_to=lambda adapter, n: f"/users/{n + 1}")
add("/alias/<name>", "target")
add("/other-alias/<name>", "target", alias=True)
add("/double//slash", "double", merge_slashes=False)
add("/merged/<name>/x", "merged")
add("/socket", "socket", websocket=True)
add("/built/<name>", "built", build_only=True)
add("/ünïcode/<name>", "unicode")
add("/with space/<name>", "space")
add("/pipe|d", "piped")
add("/<lang>/about", "about")
add("/wiki/<path:page>", "wiki")
add("/wiki/<path:page>/edit", "wiki_edit")
add("/wiki/<path:page>/<int:revision>", "wiki_revision")
add("/twice/<a>/<b>", "twice")
add("/twice/<a>/fixed", "twice_fixed")
add("/twice/fixed/<b>", "fixed_twice")
add("/opt/", "opt", defaults={"kind": "all", "number": 0})
add("/opt/<kind>/", "opt", defaults={"number": 0})
add("/opt/<kind>/<int:number>", "opt")
app.url_map.add(Rule("/by-rule/<name>", endpoint="by_rule", methods=["GET", "PUT"]))
app.view_functions["by_rule"] = answer


@app.route("/build/<endpoint>")
def build(endpoint):
    values = {}
    for name, value in request.args.items(multi=True):
        values.setdefault(name, []).append(value)
    values = {name: found if len(found) > 1 else found[0] for name, found in values.items()}
    for name in ("n", "number", "page", "post", "revision"):
        if isinstance(values.get(name), str) and values[name].lstrip("-").isdigit():
            values[name] = int(values[name])
    if "_external" in values:
        values["_external"] = values["_external"] == "1"
    return url_for(endpoint, **values)


@app.route("/go/<path:target>")
def go(target):
    return redirect(f"/{target}", code=request.args.get("code", 302, type=int))
