"""WSGI middleware of Werkzeug around applications."""

from pathlib import Path

from flask import Flask, jsonify, request, url_for
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.middleware.shared_data import SharedDataMiddleware

HERE = Path(__file__).resolve().parent


def make(name):
    app = Flask(name, static_folder=None)
    app.config["PROPAGATE_EXCEPTIONS"] = False

    @app.route("/")
    @app.route("/<path:rest>")
    def facts(rest=""):
        return jsonify(
            app=name,
            rest=rest,
            url=request.url,
            root=request.script_root,
            host=request.host,
            scheme=request.scheme,
            client=request.remote_addr,
            link=url_for("facts", rest="x", _external=True),
            original=request.environ.get("werkzeug.proxy_fix.orig") is not None,
        )

    return app


app = Flask(__name__, static_folder=None)
app.wsgi_app = DispatcherMiddleware(
    make("main"),
    {
        "/proxied": ProxyFix(
            make("proxied").wsgi_app, x_for=1, x_proto=1, x_host=1, x_port=1, x_prefix=1
        ),
        "/twice": ProxyFix(make("twice").wsgi_app, x_for=2, x_proto=2, x_host=2),
        "/shared": SharedDataMiddleware(
            make("shared").wsgi_app,
            {"/files": str(HERE / "static"), "/one": str(HERE / "static" / "letters.txt")},
            cache_timeout=60,
        ),
        "/deep/er": make("deeper"),
    },
)
