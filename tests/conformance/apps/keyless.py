"""A session without a secret key, and one with unusual cookie settings."""

from flask import Flask, jsonify, session
from werkzeug.middleware.dispatcher import DispatcherMiddleware

keyless = Flask("keyless", static_folder=None)
keyless.config["PROPAGATE_EXCEPTIONS"] = False


@keyless.route("/read")
def read():
    return f"{session.get('x')} {len(session)} {type(session).__name__}"


@keyless.route("/write")
def write():
    session["x"] = 1
    return "written"


@keyless.route("/flash")
def flash_it():
    from flask import flash

    flash("x")
    return "flashed"


def make(name, **config):
    app = Flask(name, static_folder=None)
    app.config.update(SECRET_KEY="a key", PROPAGATE_EXCEPTIONS=False, **config)

    @app.route("/set")
    def set_value():
        session["a"] = 1
        return "set"

    @app.route("/permanent")
    def permanent():
        session.permanent = True
        session["a"] = 1
        return "permanent"

    @app.route("/show")
    def show():
        return jsonify(dict(session))

    @app.route("/clear")
    def clear():
        session.clear()
        return "clear"

    @app.route("/untouched")
    def untouched():
        return "untouched"

    return app


app = Flask(__name__, static_folder=None)
app.wsgi_app = DispatcherMiddleware(
    app.wsgi_app,
    {
        "/keyless": keyless,
        "/secure": make(
            "secure",
            SESSION_COOKIE_NAME="__Host-sid",
            SESSION_COOKIE_SECURE=True,
            SESSION_COOKIE_SAMESITE="Strict",
            SESSION_COOKIE_HTTPONLY=False,
        ),
        "/partitioned": make("partitioned", SESSION_COOKIE_PARTITIONED=True),
        "/domain": make(
            "domain",
            SESSION_COOKIE_DOMAIN=".example.com",
            SESSION_COOKIE_PATH="/domain",
            SERVER_NAME="example.com",
        ),
        "/root": make("root", APPLICATION_ROOT="/root", SESSION_REFRESH_EACH_REQUEST=False),
        "/short": make("short", PERMANENT_SESSION_LIFETIME=60, MAX_COOKIE_SIZE=0),
        "/bad-samesite": make("bad_samesite", SESSION_COOKIE_SAMESITE="Sometimes"),
    },
)
