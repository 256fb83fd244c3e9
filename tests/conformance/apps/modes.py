"""One application in several configurations, which the header X-App chooses."""

from flask import Flask, abort, g, jsonify, render_template_string, request, session
from werkzeug.exceptions import HTTPException


class OwnError(Exception):
    pass


def make(name, **config):
    app = Flask(name, static_folder=None)
    app.config.update(SECRET_KEY="k", **config)

    @app.route("/")
    def index():
        return f"{app.debug} {app.testing} {app.config['PROPAGATE_EXCEPTIONS']}"

    @app.route("/json", methods=["GET", "POST"])
    def read_json():
        return jsonify(b=request.get_json(), a=[1, 2])

    @app.route("/form-key", methods=["GET", "POST"])
    def form_key():
        return request.form["needed"]

    @app.route("/args-key")
    def args_key():
        return request.args["needed"]

    @app.route("/files-key", methods=["POST"])
    def files_key():
        return request.files["needed"].filename

    @app.route("/fail")
    def fail():
        raise ZeroDivisionError("fail")

    @app.route("/own")
    def own():
        raise OwnError("own")

    @app.route("/abort/<int:code>")
    def abort_it(code):
        abort(code)

    @app.route("/none")
    def none():
        return None

    @app.route("/slash/", methods=["GET", "POST"])
    def slash():
        return "slash"

    @app.route("/template/<path:source>")
    def template(source):
        return render_template_string(source)

    @app.route("/upload", methods=["POST"])
    def upload():
        return jsonify(len(request.files), len(request.form), len(request.get_data()))

    @app.route("/session")
    def write():
        session["n"] = session.get("n", 0) + 1
        return str(session["n"])

    @app.errorhandler(OwnError)
    def handle_own(error):
        return "handled own", 500

    if "handlers" in name:

        @app.errorhandler(HTTPException)
        def handle_http(error):
            return f"http {error.code} {error.description}", error.code

        @app.errorhandler(Exception)
        def handle_any(error):
            g.handled = True
            return f"any {type(error).__name__} {error}", 500

    return app


APPS = {
    name: make(name, **config)
    for name, config in {
        "plain": {},
        "testing": {"TESTING": True},
        "debug": {"DEBUG": True, "PROPAGATE_EXCEPTIONS": False},
        "debug-propagating": {"DEBUG": True},
        "propagating": {"PROPAGATE_EXCEPTIONS": True},
        "trap-http": {"TRAP_HTTP_EXCEPTIONS": True, "PROPAGATE_EXCEPTIONS": False},
        "trap-bad": {"TRAP_BAD_REQUEST_ERRORS": True, "PROPAGATE_EXCEPTIONS": False},
        "handlers": {},
        "handlers-testing": {"TESTING": True},
        "handlers-trap": {"TRAP_HTTP_EXCEPTIONS": True, "TRAP_BAD_REQUEST_ERRORS": True},
        "limits": {
            "MAX_CONTENT_LENGTH": 200,
            "MAX_FORM_MEMORY_SIZE": 20,
            "MAX_FORM_PARTS": 2,
        },
        "rooted": {"APPLICATION_ROOT": "/root", "PREFERRED_URL_SCHEME": "https"},
        "no-options": {"PROVIDE_AUTOMATIC_OPTIONS": False},
        "rotated": {"SECRET_KEY_FALLBACKS": ["old", "k"], "SESSION_COOKIE_NAME": "session"},
    }.items()
}


def app(environ, start_response):
    """Hand on to the configuration that the header X-App names."""
    return APPS.get(environ.get("HTTP_X_APP", ""), APPS["plain"])(environ, start_response)
