"""Streams: generators, errors on the way, contexts in streams, closing, passing files on."""

import io

from flask import Flask, Response, g, request, session, stream_with_context
from werkzeug.wsgi import ClosingIterator, FileWrapper, wrap_file

app = Flask(__name__, static_folder=None)
app.config.update(SECRET_KEY="k", PROPAGATE_EXCEPTIONS=False)
closed = []


@app.teardown_request
def tear_down(error):
    g.torn = True


@app.route("/text")
def text():
    return Response((f"{n}," for n in range(5)), mimetype="text/csv")


@app.route("/bytes")
def raw():
    return Response(iter([b"a", b"", b"b"]), headers={"Content-Length": "2"})


@app.route("/mixed")
def mixed():
    return Response(iter(["ü", b"\xff"]))


@app.route("/empty")
def empty():
    return Response(iter([]))


@app.route("/context")
def context():
    g.word = "kept"

    @stream_with_context
    def chunks():
        yield request.path
        yield g.word
        yield str(session.get("x"))

    return Response(chunks())


@app.route("/wrapped")
def wrapped():
    def chunks():
        yield request.args.get("q", "none")

    return Response(stream_with_context(chunks()))


@app.route("/no-context")
def no_context():
    def chunks():
        yield "start "
        try:
            yield request.path
        except RuntimeError as error:
            yield str(error).partition("\n")[0]

    return Response(chunks())


@app.route("/fails/<int:after>")
def fails(after):
    def chunks():
        for n in range(after):
            yield f"{n} "
        raise ZeroDivisionError("in the stream")

    return Response(chunks())


@app.route("/closing")
def closing():
    response = Response(ClosingIterator(iter(["a", "b"]), lambda: closed.append("iterator")))
    response.call_on_close(lambda: closed.append("response"))
    return response


@app.route("/closed")
def what_closed():
    return f"{closed[-2:]}"


@app.route("/file")
def file():
    return Response(FileWrapper(io.BytesIO(b"x" * 20000), 512), direct_passthrough=True)


@app.route("/wrap-file")
def wrapped_file():
    return Response(wrap_file(request.environ, io.BytesIO(b"abc" * 100)), direct_passthrough=True)


@app.route("/stream-attribute")
def stream_attribute():
    response = Response()
    response.stream.write("written ")
    response.stream.writelines(["and ", "more"])
    return response


@app.route("/list")
def from_list():
    return Response(["a", "b", "ü"])


@app.route("/replaced")
def replaced():
    response = Response(iter("abc"))
    response.data = "replaced"
    return response


@app.route("/read-twice")
def read_twice():
    response = Response(part for part in "xyz")
    first = response.get_data(as_text=True)
    return Response(f"{first} {response.get_data()!r} {response.is_streamed}")


@app.after_request
def mark(response):
    response.headers["X-Streamed"] = str(response.is_streamed)
    return response
