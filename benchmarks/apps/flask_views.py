"""The views for Flask and for flaskish: one text, run with either.

Flask: imported by the name the caller gives. Django: behind it, if that name is flaskish.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from . import ROWS, STATIC, TEMPLATES

JSON_VALUE = {"name": "flask", "tags": ["a", "b", "c"], "size": {"height": 1, "width": 2.5}}


def make_apps(framework: str) -> dict[str, Any]:
    """Make the applications.

    :param framework: ``flask`` or ``flaskish``.
    """
    return {"plain": make_plain_app(framework), "hooked": make_hooked_app(framework)}


def make_plain_app(framework: str, **options: Any) -> Any:
    """Make the application with a view for each workload.

    :param framework: ``flask`` or ``flaskish``.
    :param options: More of what ``Flask`` takes.
    """
    flask = import_module(framework)
    request, session = flask.request, flask.session
    app = flask.Flask(
        "benchmark",
        root_path="/",
        static_folder=STATIC,
        static_url_path="/static",
        template_folder=TEMPLATES,
        **options,
    )
    app.config["SECRET_KEY"] = "benchmark-key"

    @app.route("/hello")
    def hello() -> str:
        return "Hello, World!"

    @app.route("/user/<int:number>")
    def user(number: int) -> str:
        return str(number)

    @app.route("/query")
    def query() -> str:
        return f"{request.args['name']} {request.args.get('page', type=int)}"

    @app.get("/json")
    def json_out() -> Any:
        return JSON_VALUE

    @app.post("/json-in")
    @_csrf_exempt
    def json_in() -> Any:
        return request.get_json()["name"]

    @app.post("/form")
    @_csrf_exempt
    def form() -> Any:
        return request.form["field7"]

    @app.post("/upload")
    @_csrf_exempt
    def upload() -> str:
        return str(len(request.files["file"].read()))

    @app.route("/page")
    def page() -> Any:
        return flask.render_template("page.html", rows=ROWS)

    @app.route("/session")
    def count() -> str:
        session["count"] = session.get("count", 0) + 1
        return str(session["count"])

    @app.route("/urls")
    def urls() -> str:
        return "\n".join(flask.url_for("user", number=number) for number in range(10))

    @app.errorhandler(404)
    def lost(error: Any) -> Any:
        return "Lost.", 404

    @app.route("/stream")
    def stream() -> Any:
        return (f"chunk {number}\n" for number in range(100))

    @app.route("/old")
    def old() -> Any:
        return flask.redirect("/new")

    _add_nested_blueprints(flask, app)
    return app


def _csrf_exempt(view: Any) -> Any:
    """Mark a view as Django's decorator does; Flask has none of this protection."""
    view.csrf_exempt = True
    return view


def _add_nested_blueprints(flask: Any, app: Any) -> None:
    outer, middle, inner = (
        flask.Blueprint(name, "benchmark", root_path="/", url_prefix=f"/{name}")
        for name in ("outer", "middle", "inner")
    )
    for blueprint in (outer, middle, inner):
        blueprint.before_request(lambda: None)

    @inner.route("/")
    def index() -> str:
        return "inner"

    middle.register_blueprint(inner)
    outer.register_blueprint(middle)
    app.register_blueprint(outer)


def make_hooked_app(framework: str) -> Any:
    """Make the application with five functions before and five after each request."""
    flask = import_module(framework)
    app = flask.Flask("hooked", root_path="/", static_folder=None)
    app.config["SECRET_KEY"] = "benchmark-key"
    for _ in range(5):
        app.before_request(lambda: None)
        app.after_request(lambda response: response)

    @app.route("/hello")
    def hello() -> str:
        return "Hello, World!"

    return app
