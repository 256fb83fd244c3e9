"""The asynchronous views for Quart and for flaskish: one text, run with either.

Flask: Quart has its API with more awaiting. Django: behind it, if the framework is flaskish.
"""

from __future__ import annotations

import asyncio
from importlib import import_module
from inspect import isawaitable
from typing import Any

from . import ROWS, TEMPLATES
from .flask_views import JSON_VALUE


async def _value(value: Any) -> Any:
    """Return what Quart makes one wait for and Flask does not."""
    return await value if isawaitable(value) else value


def make_apps(framework: str) -> dict[str, Any]:
    """Make the applications.

    :param framework: ``quart`` or ``flaskish``.
    """
    return {"plain": make_plain_app(framework), "hooked": make_hooked_app(framework)}


def make_plain_app(framework: str) -> Any:
    """Make the application with a view for each workload."""
    flask = import_module(framework)
    request, session = flask.request, flask.session
    app_class = getattr(flask, "Quart", None) or flask.Flask
    app = app_class("benchmark", template_folder=TEMPLATES, static_folder=None, root_path="/")
    app.config["SECRET_KEY"] = "benchmark-key"

    @app.route("/hello")
    async def hello() -> str:
        return "Hello, World!"

    @app.route("/sleep")
    async def sleep() -> str:
        await asyncio.sleep(0.05)
        return "Hello, World!"

    @app.route("/user/<int:number>")
    async def user(number: int) -> str:
        return str(number)

    @app.route("/query")
    async def query() -> str:
        return f"{request.args['name']} {request.args.get('page', type=int)}"

    @app.get("/json")
    async def json_out() -> Any:
        return JSON_VALUE

    @app.post("/json-in")
    async def json_in() -> Any:
        return (await _value(request.get_json()))["name"]

    @app.post("/form")
    async def form() -> Any:
        return (await _value(request.form))["field7"]

    @app.post("/upload")
    async def upload() -> str:
        return str(len((await _value(request.files))["file"].read()))

    @app.route("/page")
    async def page() -> Any:
        return await _value(flask.render_template("page.html", rows=ROWS))

    @app.route("/session")
    async def count() -> str:
        session["count"] = session.get("count", 0) + 1
        return str(session["count"])

    @app.route("/urls")
    async def urls() -> str:
        return "\n".join(flask.url_for("user", number=number) for number in range(10))

    @app.errorhandler(404)
    async def lost(error: Any) -> Any:
        return "Lost.", 404

    @app.route("/stream")
    async def stream() -> Any:
        async def chunks() -> Any:
            for number in range(100):
                yield f"chunk {number}\n"

        return chunks()

    @app.route("/old")
    async def old() -> Any:
        return flask.redirect("/new")

    return app


def make_hooked_app(framework: str) -> Any:
    """Make the application with five functions before and five after each request."""
    flask = import_module(framework)
    app_class = getattr(flask, "Quart", None) or flask.Flask
    app = app_class("hooked", root_path="/", static_folder=None)
    app.config["SECRET_KEY"] = "benchmark-key"

    async def before() -> None:
        return None

    async def after(response: Any) -> Any:
        return response

    for _ in range(5):
        app.before_request(before)
        app.after_request(after)

    @app.route("/hello")
    async def hello() -> str:
        return "Hello, World!"

    return app
