"""The order of hooks with and without errors, in the application and in blueprints."""

from flask import Blueprint, Flask, after_this_request, g, jsonify, request

app = Flask(__name__, static_folder=None)
app.config["PROPAGATE_EXCEPTIONS"] = False
last_teardown = []


def note(word):
    if "calls" not in g:
        g.calls = []
    g.calls.append(word)


@app.url_value_preprocessor
def take_value(endpoint, values):
    note(f"values {endpoint} {sorted(values or {})}")
    if values and "lang" in values:
        g.lang = values.pop("lang")


@app.url_defaults
def give_value(endpoint, values):
    if "lang" in g and app.url_map.is_endpoint_expecting(endpoint, "lang"):
        values.setdefault("lang", g.lang)


@app.before_request
def first_before():
    note("before 1")
    stop = request.args.get("stop")
    if stop == "text":
        return "stopped"
    if stop == "empty":
        return ""
    if stop == "false":
        return False
    if stop == "tuple":
        return "teapot", 418, {"X-Stop": "1"}
    if stop == "error":
        raise ValueError("in before")
    return None


@app.before_request
async def second_before():
    note("before 2")


@app.after_request
def first_after(response):
    note("after 1")
    response.headers["X-Calls"] = ", ".join(g.calls)
    if request.args.get("after") == "error":
        raise RuntimeError("in after")
    if request.args.get("after") == "replace":
        return app.make_response(("replaced", 203))
    if request.args.get("after") == "none":
        return None
    return response


@app.after_request
async def second_after(response):
    note("after 2")
    return response


@app.teardown_request
def tear_down(error):
    last_teardown.append(f"teardown {type(error).__name__} {request.endpoint}")
    del last_teardown[:-20]


@app.teardown_appcontext
def tear_down_app(error):
    last_teardown.append(f"app teardown {type(error).__name__} {sorted(g)}")


inner = Blueprint("inner", __name__, url_prefix="/inner")


@inner.before_request
def inner_before():
    note("inner before")
    if request.args.get("stop") == "inner":
        return {"stopped": "inner"}
    return None


@inner.after_request
def inner_after(response):
    note("inner after")
    return response


@inner.teardown_request
def inner_teardown(error):
    last_teardown.append(f"inner teardown {type(error).__name__}")


@inner.url_value_preprocessor
def inner_value(endpoint, values):
    note("inner values")


@inner.before_app_request
def inner_before_app():
    note("inner before app")


@inner.after_app_request
def inner_after_app(response):
    note("inner after app")
    return response


@inner.teardown_app_request
def inner_teardown_app(error):
    last_teardown.append(f"inner app teardown {type(error).__name__}")


@inner.app_errorhandler(KeyError)
def key_error(error):
    note("handler KeyError")
    return f"key error {error}", 422


@inner.route("/")
def inner_index():
    note("inner view")
    return jsonify(g.calls)


@inner.route("/fail")
def inner_fail():
    note("inner fail")
    raise KeyError("lost")


@app.route("/")
def index():
    note("view")

    @after_this_request
    def once(response):
        note("once")
        response.headers["X-Once"] = "1"
        return response

    return jsonify(g.calls)


@app.route("/<lang>/page/<name>")
def page(name):
    return jsonify(name=name, lang=g.lang, link=app.url_for("page", name="next"))


@app.route("/fail")
def fail():
    note("fail")
    raise ZeroDivisionError("in view")


@app.route("/teardown")
def teardown():
    found, last_teardown[:] = last_teardown[-8:], []
    return jsonify(found)


@app.route("/async")
async def async_view():
    note("async view")
    return jsonify(g.calls)


app.register_blueprint(inner)


@app.errorhandler(500)
def server_error(error):
    note("handler 500")
    original = getattr(error, "original_exception", None)
    return f"500 {type(error).__name__} {type(original).__name__} {original}", 500
