"""Static files, send_file and send_from_directory: ranges, conditions, names."""

import io
from pathlib import Path

from flask import Flask, Response, request, send_file, send_from_directory

HERE = Path(__file__).resolve().parent
app = Flask(__name__, static_folder="static", root_path=str(HERE))
app.config["PROPAGATE_EXCEPTIONS"] = False

TIME = 1700000000


def stream(data=b"0123456789" * 20):
    return io.BytesIO(data)


SENDERS = {
    "path": lambda: send_file(HERE / "static" / "letters.txt"),
    "relative": lambda: send_file("static/letters.txt"),
    "missing": lambda: send_file("static/nothing.txt"),
    "named": lambda: send_file("static/letters.txt", download_name="a name.csv"),
    "attachment": lambda: send_file("static/letters.txt", as_attachment=True),
    "unicode": lambda: send_file(
        "static/letters.txt", as_attachment=True, download_name="ü,'\".txt"
    ),
    "mimetype": lambda: send_file("static/letters.txt", mimetype="application/x-own"),
    "age": lambda: send_file("static/letters.txt", max_age=60),
    "age-zero": lambda: send_file("static/letters.txt", max_age=0),
    "age-function": lambda: send_file("static/letters.txt", max_age=lambda path: 120),
    "modified": lambda: send_file("static/letters.txt", last_modified=TIME),
    "etag": lambda: send_file("static/letters.txt", etag="own-tag", last_modified=TIME),
    "no-etag": lambda: send_file("static/letters.txt", etag=False, last_modified=TIME),
    "unconditional": lambda: send_file("static/letters.txt", conditional=False),
    "binary": lambda: send_file("static/bytes.bin"),
    "empty": lambda: send_file("static/empty.txt"),
    "html": lambda: send_file("static/page.html"),
    "gz": lambda: send_file("static/archive.tar.gz"),
    "no-extension": lambda: send_file("static/noextension"),
    "stream": lambda: send_file(stream(), mimetype="text/plain"),
    "stream-unnamed": lambda: send_file(stream()),
    "stream-named": lambda: send_file(stream(), download_name="x.json"),
    "stream-attachment": lambda: send_file(stream(), as_attachment=True),
    "stream-etag": lambda: send_file(
        stream(), download_name="x.bin", etag="stream-tag", last_modified=TIME
    ),
    "text-stream": lambda: send_file(io.StringIO("text"), mimetype="text/plain"),
    "open": lambda: send_file((HERE / "static" / "letters.txt").open("rb"), mimetype="text/plain"),
}


@app.route("/send/<name>")
def send(name):
    response = SENDERS[name]()
    if response.last_modified and response.last_modified.timestamp() != TIME:
        # The time of a checkout is not the same everywhere.
        del response.headers["Last-Modified"]
        response.set_etag("volatile") if response.get_etag()[0] else None
    return response


@app.route("/from/<path:name>")
def from_directory(name):
    return send_from_directory("static", name, last_modified=TIME, etag="fixed")


@app.route("/conditional", methods=["GET", "HEAD", "POST", "PUT"])
def conditional():
    response = Response("conditional body " * 10)
    response.set_etag("abc", weak="weak" in request.args)
    response.last_modified = TIME
    return response.make_conditional(
        request, accept_ranges="ranges" in request.args, complete_length=170
    )


@app.route("/add-etag")
def add_etag():
    response = Response("tagged")
    response.add_etags(weak="weak" in request.args)
    return response.make_conditional(request)


@app.route("/frozen")
def frozen():
    response = Response(part for part in ("a", "b"))
    response.freeze()
    return response
