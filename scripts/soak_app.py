"""The application that ``soak.py`` loads: a view for each way to read a request and to answer.

Flask: an application. Django: none; this one stands alone.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from typing import Any

from flaskish import (
    Flask,
    Response,
    jsonify,
    redirect,
    request,
    session,
    stream_with_context,
    url_for,
)

app = Flask(__name__, static_folder=".", static_url_path="/files")
app.config.update(SECRET_KEY="for a minute only", MAX_CONTENT_LENGTH=2_000_000)


@app.get("/")
def index() -> str:
    return f"Hello, {request.args.get('name', 'World')}, at {request.url}."


@app.get("/folder/")
def folder() -> str:
    return url_for("folder", _external=True)


@app.post("/json")
def echo_json() -> Response:
    return jsonify(request.get_json())


@app.post("/form")
def echo_form() -> dict[str, Any]:
    files = {name: len(storage.read()) for name, storage in request.files.items()}
    return {"fields": len(request.form), "files": files}


@app.get("/session")
def count() -> str:
    session["visits"] = session.get("visits", 0) + 1
    return str(session["visits"])


@app.get("/stream")
def stream() -> Response:
    def lines() -> Iterator[str]:
        for number in range(200):
            yield f"{number} {request.path}\n" * 50

    return Response(stream_with_context(lines()))


@app.get("/next")
def go_on() -> Any:
    return redirect(request.args.get("next", "/"))


@app.get("/headers")
def look_at_headers() -> dict[str, Any]:
    return {
        "range": str(request.range),
        "accept": request.accept_mimetypes.best_match(["text/html", "application/json"]),
        "authorization": request.authorization is not None,
        "since": str(request.if_modified_since),
        "cookies": len(request.cookies),
        "language": request.accept_languages.best_match(["en", "de"]),
    }


@app.get("/async")
async def wait_a_moment() -> str:
    await asyncio.sleep(0.001)
    return "async"


@app.get("/slow")
def take_time() -> str:
    time.sleep(1)
    return "done"


@app.get("/slow-stream")
def stream_slowly() -> Response:
    def parts() -> Iterator[str]:
        for _ in range(5):
            time.sleep(0.2)
            yield "part "
        yield "done"

    return Response(parts())


asgi_app = app.asgi_app
