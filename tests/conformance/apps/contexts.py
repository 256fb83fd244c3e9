"""Contexts: nested, copied, in threads, outside of requests; proxies and what they say."""

import threading

from flask import (
    Flask,
    Request,
    copy_current_request_context,
    current_app,
    g,
    has_app_context,
    has_request_context,
    jsonify,
    request,
    session,
    stream_with_context,
    url_for,
)
from flask.globals import app_ctx, request_ctx
from flask.signals import (
    appcontext_popped,
    appcontext_pushed,
    before_render_template,
    got_request_exception,
    message_flashed,
    request_finished,
    request_started,
    request_tearing_down,
    template_rendered,
)

app = Flask(__name__, static_folder=None)
app.config.update(SECRET_KEY="k", PROPAGATE_EXCEPTIONS=False)
other = Flask("other", static_folder=None)
other.config["SERVER_NAME"] = "other.example"
other.add_url_rule("/there", "there", lambda: "there")
signals = []


class OwnRequest(Request):
    @property
    def shouted(self):
        return self.path.upper()


app.request_class = OwnRequest


def receiver(name):
    def receive(sender, **values):
        values.pop("_async_wrapper", None)
        signals.append(f"{name} {sender.name} {sorted(values)}")
        del signals[:-60]

    return receive


RECEIVERS = {
    name: (signal, receiver(name))
    for name, signal in {
        "started": request_started,
        "finished": request_finished,
        "tearing down": request_tearing_down,
        "exception": got_request_exception,
        "rendered": template_rendered,
        "before render": before_render_template,
        "flashed": message_flashed,
        "pushed": appcontext_pushed,
        "popped": appcontext_popped,
    }.items()
}
for signal, receive in RECEIVERS.values():
    signal.connect(receive, app)


def in_thread(function):
    answers = []

    def run():
        try:
            answers.append(function())
        except Exception as error:
            answers.append(f"{type(error).__name__}: {str(error).partition(chr(10))[0]}")

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return answers[0]


@app.route("/thread")
def thread():
    g.word = "outer"
    session["word"] = "kept"
    return jsonify(
        plain=in_thread(lambda: request.path),
        has=in_thread(lambda: [has_request_context(), has_app_context()]),
        copied=in_thread(copy_current_request_context(lambda: request.path)),
        session=in_thread(copy_current_request_context(lambda: session["word"])),
        g=in_thread(copy_current_request_context(lambda: g.get("word", "none"))),
    )


@app.route("/nested")
def nested():
    g.word = "outer"
    found = {}
    with app.test_request_context("/inner?x=1", method="POST", data={"a": "b"}):
        found["inner"] = [request.path, request.method, g.get("word"), request.form["a"]]
    with other.app_context():
        found["other"] = [current_app.name, g.get("word"), url_for("there"), request.path]
    with other.test_request_context("/other", headers={"X-A": "1"}):
        found["request"] = [current_app.name, request.path, request.headers["X-A"]]
    found["after"] = [current_app.name, request.path, g.word, request.endpoint]
    return jsonify(found)


@app.route("/proxies")
def proxies():
    g.word = "x"
    g.setdefault("other", []).append(1)
    return jsonify(
        app=current_app == app,
        same=current_app._get_current_object() is app,
        request=isinstance(request, Request),
        shouted=request.shouted,
        g=[repr(g), sorted(g), "word" in g, g.get("none"), g.pop("word"), "word" in g],
        contexts=[type(app_ctx._get_current_object()).__name__, request_ctx.request.path],
        names=[current_app.name, current_app.import_name],
        flag=[bool(request), bool(session), bool(g)],
    )


@app.route("/missing-g")
def missing_g():
    return g.nothing


@app.route("/messages")
def messages():
    def message(function):
        return in_thread(lambda: function())

    return jsonify(
        request=message(lambda: request.method),
        session=message(lambda: session.get("x")),
        app=message(lambda: current_app.name),
        g=message(lambda: g.x),
        url_for=message(lambda: url_for("thread")),
        unbound=message(lambda: repr(request)),
        copied=message(lambda: copy_current_request_context(lambda: 1)),
    )


@app.route("/outside")
def outside():
    def build():
        with other.app_context():
            return [
                url_for("there"),
                url_for("there", _external=False),
                url_for("there", _scheme="ftp"),
            ]

    def fail():
        with app.app_context():
            return url_for("thread")

    return jsonify(built=in_thread(build), failed=in_thread(fail))


@app.route("/client")
def client():
    with app.test_client() as inner:
        answer = inner.get("/proxies?x=1", headers={"X-A": "b"})
        seen = request.full_path
    return jsonify(status=answer.status, seen=seen, now=request.path, json=sorted(answer.json))


@app.route("/signals")
def recorded():
    found, signals[:] = list(signals), []
    return jsonify(found)


@app.route("/fail")
def fail():
    raise ZeroDivisionError


@app.route("/stream")
def stream():
    g.word = "streamed"

    def chunks():
        yield g.word
        yield request.path

    return app.response_class(stream_with_context(chunks()))


@app.route("/async")
async def asynchronous():
    return f"{request.path} {g.get('word', 'none')} {current_app.name}"
