"""Applications made up at random, the same one for the same number, and what they answer."""

# What is bound in a loop is called in the same turn.
# ruff: noqa: B023

import io
from random import Random

from flask import (
    Blueprint,
    Flask,
    Response,
    abort,
    after_this_request,
    flash,
    g,
    get_flashed_messages,
    jsonify,
    make_response,
    redirect,
    render_template_string,
    request,
    session,
    url_for,
)
from flask.views import MethodView, View
from werkzeug.exceptions import Forbidden, HTTPException, NotFound

app = Flask(__name__, static_folder=None)
app.config["PROPAGATE_EXCEPTIONS"] = False


class Own(Exception):
    pass


class Child(Own):
    pass


class OwnHTTP(HTTPException):
    code = 418
    description = "own"


ERRORS = (Own, Child, OwnHTTP, KeyError, LookupError, ValueError)
HANDLED = (*ERRORS, 404, 405, 403, 500, 418, NotFound, Forbidden, HTTPException, Exception)
SEGMENTS = ("", "/", "/a", "/a/", "/b", "/<x>", "/<int:n>", "/a/<x>", "/<x>/b", "/<path:p>")
PREFIXES = (None, None, "/p", "/p/q", "/<lang>", "/")
METHODS = (None, None, ["GET"], ["POST"], ["GET", "POST"], ["PUT", "DELETE"])
PATHS = (
    *("/", "/a", "/a/", "/b", "/1", "/zz", "/a/b", "/x/b", "/p", "/p/", "/p/a", "/p/a/", "/p/1"),
    *(
        "/p/q/",
        "/p/q/a",
        "/p/q/b",
        "/p/p/",
        "/p/p/a",
        "/de/a",
        "/de/p/a",
        "/p/de/b",
        "/a/b/c",
        "//a",
    ),
    *("/p//a", "/static/x", "/missing", "//a"),
)
TEMPLATE = "{{ word }} {{ own is defined }} {{ request.path }} {{ get_flashed_messages() }}"


def fail(random):
    """Return a function that raises what it is to raise, the same each time."""
    kind = random.choice((*ERRORS, 403, 404, 500, 409))
    if isinstance(kind, int):
        return lambda: abort(kind, description=random_text)
    return lambda: raise_error(kind)


random_text = "from abort"


def raise_error(kind):
    raise kind("text") if kind is not OwnHTTP else kind()


def stream(names):
    yield "streamed "
    yield str(names)


def make_answer(random):
    """Return a function that a view answers with."""
    kind = random.randrange(16)
    status = random.choice((200, 201, 202, 404, 500, "299 ODD"))
    failing = fail(random)
    flashed = random.choice(("one", "two"))
    endpoint = random.choice((".v0", "v0", ".v1", "b0.v0", "b1.v1", "missing"))
    answers = (
        lambda values: jsonify(values),
        lambda values: f"text {sorted(values)}",
        lambda values: (f"text {sorted(values)}", status),
        lambda values: ({"values": sorted(values)}, status, {"X-Own": "1"}),
        lambda values: failing(),
        lambda values: failing(),
        lambda values: redirect(url_for(endpoint, x="1", n=2)),
        lambda values: url_for(endpoint, x="1", n=2, q="a b"),
        lambda values: render_template_string(TEMPLATE),
        lambda values: session.update(count=session.get("count", 0) + 1) or str(session["count"]),
        lambda values: flash(flashed) or "flashed",
        lambda values: jsonify(get_flashed_messages(with_categories=True)),
        lambda values: Response(stream(sorted(values)), mimetype="text/plain"),
        lambda values: after_this_request(mark) and make_response("marked", status),
        lambda values: jsonify(list(request.form.items(multi=True))),
        lambda values: jsonify(endpoint=request.endpoint, blueprints=request.blueprints),
    )
    return answers[kind]


def mark(response):
    response.headers["X-Marked"] = "yes"
    return response


def make_view(random, name):
    """Return a view: a function, or a class in one of its forms."""
    answer = make_answer(random)

    def function(**values):
        return answer(values)

    kind = random.randrange(6)
    if kind == 0:

        class Methods(MethodView):
            init_every_request = random.choice((True, False))

            def get(self, **values):
                return answer(values)

            def put(self, **values):
                return f"put {sorted(values)}"

        if random.random() < 0.3:
            Methods.decorators = [lambda view: lambda **values: make_response(view(**values), 203)]
        return Methods.as_view(name)
    if kind == 1:

        class Plain(View):
            methods = random.choice((None, ["GET"], ["POST", "GET"]))
            provide_automatic_options = random.choice((None, True, False))

            def dispatch_request(self, **values):
                return answer(values)

        return Plain.as_view(name)
    if kind == 2:

        async def function(**values):
            return answer(values)

    return function


def add_hooks(random, target, name, log, is_app):
    """Add functions around views to an application or a blueprint."""

    def before():
        log.append(f"before {name}")
        return stopping

    def after(response):
        log.append(f"after {name} {response.status_code}")
        response.headers.add("X-After", name)
        return response

    def teardown(error):
        log.append(f"teardown {name} {type(error).__name__}")

    def preprocess(endpoint, values):
        log.append(f"values {name} {endpoint} {values}")
        if values and random_pops:
            g.lang = values.pop("lang", None)

    def defaults(endpoint, values):
        if "lang" not in values and target_of_map(endpoint, "lang"):
            values["lang"] = "fr"

    def target_of_map(endpoint, argument):
        from flask import current_app

        return current_app.url_map.is_endpoint_expecting(endpoint, argument)

    stopping = random.choice((None,) * 12 + ("stopped", ("stopped", 299)))
    random_pops = random.random() < 0.5
    chosen = random.sample(range(7), random.randint(1, 5))
    adding = (
        lambda: target.before_request(before),
        lambda: target.after_request(after),
        lambda: target.teardown_request(teardown),
        lambda: target.url_value_preprocessor(preprocess),
        lambda: target.url_defaults(defaults),
        lambda: target.context_processor(lambda: {"word": name}),
        lambda: None if is_app else target.app_context_processor(lambda: {"own": name}),
    )
    for number in sorted(chosen):
        adding[number]()
    for _ in range(random.choice((0, 1, 2, 3))):
        handled = random.choice(HANDLED)
        text = f"handler {name} {getattr(handled, '__name__', handled)}"
        status = random.choice((200, 400, 404, 500))
        way = random.choice(("errorhandler", "errorhandler", "app_errorhandler"))
        register = getattr(target, way, target.errorhandler)
        if random.random() < 0.15:
            register(handled)(lambda error: raise_error(ValueError))
        else:
            register(handled)(
                lambda error, text=text, status=status: (f"{text} {type(error).__name__}", status)
            )


def add_rules(random, target, log):
    for number in range(random.randint(1, 3)):
        rule = random.choice(SEGMENTS)
        name = f"v{number}"
        options = {}
        if random.random() < 0.25:
            options["strict_slashes"] = random.choice((True, False))
        if "<" not in rule and random.random() < 0.2:
            options["defaults"] = {"x": "given"}
        if random.random() < 0.1:
            options["provide_automatic_options"] = random.choice((True, False))
        methods = random.choice(METHODS)
        if methods:
            options["methods"] = methods
        noted(log, lambda: target.add_url_rule(rule, name, make_view(random, name), **options))


def noted(log, function):
    """Call a function, and note that it failed; its words may differ."""
    try:
        return function()
    except Exception as error:
        log.append(f"{type(error).__name__} at setup")


def make_app(random, log):
    made = Flask("made", static_folder=None)
    made.config.update(SECRET_KEY="k", PROPAGATE_EXCEPTIONS=False)
    if random.random() < 0.2:
        made.config["TRAP_HTTP_EXCEPTIONS"] = True
    if random.random() < 0.3:
        made.config["APPLICATION_ROOT"] = "/root"
    made.url_map.strict_slashes = random.random() < 0.8
    add_hooks(random, made, "app", log, is_app=True)
    add_rules(random, made, log)
    blueprints = []
    for number in range(random.randint(0, 3)):
        prefix = random.choice(PREFIXES)
        blueprint = Blueprint(f"b{number}", "made", url_prefix=prefix)
        add_hooks(random, blueprint, f"b{number}", log, is_app=False)
        add_rules(random, blueprint, log)
        blueprints.append(blueprint)
    for number, blueprint in enumerate(blueprints):
        parents = [made, made, *blueprints[number + 1 :]]
        options = {}
        if random.random() < 0.4:
            options["url_prefix"] = random.choice(PREFIXES)
        if random.random() < 0.2:
            options["name"] = f"named{number}"
        parent = random.choice(parents)
        noted(log, lambda: parent.register_blueprint(blueprint, **options))
    return made


def ask(random, client, log):
    path = random.choice(PATHS)
    method = random.choice(("GET", "GET", "GET", "POST", "PUT", "HEAD", "OPTIONS", "DELETE"))
    options = {}
    if method in {"POST", "PUT"}:
        options["data"] = random.choice(
            ({"a": "1"}, {"a": ["1", "2"], "f": (io.BytesIO(b"x"), "f.txt")}, b"raw")
        )
    if random.random() < 0.2:
        options["follow_redirects"] = True
    before = len(log)
    try:
        response = client.open(path, method=method, **options)
        kept = ("Content-Type", "Location", "Vary", "X-Own", "X-Marked", "X-After")
        headers = {name: response.headers.getlist(name) for name in kept}
        allowed = sorted(response.allow)
        answer = [response.status, headers, allowed, response.get_data(as_text=True)]
        response.close()
    except Exception as error:
        answer = [type(error).__name__]
    return [method, path, answer, log[before:]]


@app.route("/apps/<int:seed>")
def apps(seed):
    random = Random(seed)
    log = []
    made = make_app(random, log)
    setup = log[:]
    rules = sorted(
        (str(rule), rule.endpoint, sorted(rule.methods)) for rule in made.url_map.iter_rules()
    )
    client = made.test_client()
    answers = [ask(random, client, log) for _ in range(8)]
    return jsonify(setup=setup, rules=rules, answers=answers)
