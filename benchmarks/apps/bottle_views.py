"""The views for Bottle: what one file of a framework can do at its least.

Flask: the views of ``flask_views``; Bottle has no session and no hooks of this kind. Django: none.
"""

from __future__ import annotations

from typing import Any

from . import ROWS, STATIC, TEMPLATES
from .flask_views import JSON_VALUE

#: Bottle's cache of templates knows this list by its identity.
LOOKUP = [str(TEMPLATES)]


def make_apps() -> dict[str, Any]:
    """Make the application."""
    import bottle
    from bottle import request

    app = bottle.Bottle()

    @app.route("/hello")
    def hello() -> str:
        return "Hello, World!"

    @app.route("/user/<number:int>", name="user")
    def user(number: int) -> str:
        return str(number)

    @app.route("/query")
    def query() -> str:
        return f"{request.query['name']} {int(request.query['page'])}"

    @app.get("/json")
    def json_out() -> Any:
        return JSON_VALUE

    @app.post("/json-in")
    def json_in() -> Any:
        return request.json["name"]

    @app.post("/form")
    def form() -> Any:
        return request.forms["field7"]

    @app.post("/upload")
    def upload() -> str:
        return str(len(request.files["file"].file.read()))

    @app.route("/page")
    def page() -> Any:
        return bottle.jinja2_template(
            "page.html",
            template_lookup=LOOKUP,
            template_settings={"autoescape": True},
            rows=ROWS,
        )

    @app.route("/urls")
    def urls() -> str:
        return "\n".join(app.get_url("user", number=number) for number in range(10))

    @app.error(404)
    def lost(error: Any) -> str:
        return "Lost."

    @app.route("/stream")
    def stream() -> Any:
        return (f"chunk {number}\n" for number in range(100))

    @app.route("/static/<name:path>")
    def static(name: str) -> Any:
        return bottle.static_file(name, root=str(STATIC))

    @app.route("/old")
    def old() -> Any:
        bottle.response.status = 302
        bottle.response.set_header("Location", "/new")
        return ""

    return {"plain": app}
