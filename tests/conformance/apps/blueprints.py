"""Blueprints nested, renamed and registered twice, with templates, files and defaults."""

from pathlib import Path

from flask import Blueprint, Flask, abort, g, jsonify, render_template, request, url_for

HERE = Path(__file__).resolve().parent
app = Flask(__name__, static_folder=None, root_path=str(HERE))
app.config["PROPAGATE_EXCEPTIONS"] = False

parent = Blueprint("parent", __name__, url_prefix="/parent")
child = Blueprint("child", __name__, url_prefix="/child")
grandchild = Blueprint("grandchild", __name__)
twice = Blueprint("twice", __name__)
assets = Blueprint(
    "assets",
    __name__,
    url_prefix="/assets",
    static_folder="static",
    template_folder="blueprint_templates",
    root_path=str(HERE),
)
tenant = Blueprint("tenant", __name__, url_prefix="/tenant/<name>")
defaults = Blueprint("defaults", __name__, url_defaults={"kind": "default"})
hosted = Blueprint("hosted", __name__, url_prefix="/hosted", subdomain="api")


def facts(**values):
    return jsonify(
        endpoint=request.endpoint,
        blueprint=request.blueprint,
        blueprints=request.blueprints,
        values=values,
        calls=g.get("calls", []),
    )


def note(word):
    def hook():
        g.setdefault("calls", []).append(word)

    return hook


for blueprint in (parent, child, grandchild, twice):
    blueprint.add_url_rule("/", "index", facts)
    blueprint.add_url_rule("/x/<int:n>", "x", facts)
    blueprint.before_request(note(f"before {blueprint.name}"))


@child.errorhandler(418)
def child_teapot(error):
    return "child teapot", 418


@parent.errorhandler(418)
def parent_teapot(error):
    return "parent teapot", 418


@parent.errorhandler(403)
def parent_forbidden(error):
    return "parent forbidden", 403


@grandchild.route("/abort/<int:code>")
def grandchild_abort(code):
    abort(code)


@child.route("/links")
def links():
    wanted = [".index", "parent.index", ".grandchild.index", "parent.child.x", "tenant.home"]
    return jsonify([url_for(name, n=1, name="t") for name in wanted])


@child.route("/bad-link")
def bad_link():
    return url_for(".nowhere", n=1)


@tenant.url_value_preprocessor
def pull_tenant(endpoint, values):
    g.tenant = values.pop("name")


@tenant.url_defaults
def push_tenant(endpoint, values):
    if "name" not in values and "tenant" in g:
        values["name"] = g.tenant


@tenant.route("/")
def home():
    return f"{g.tenant} {url_for('tenant.page', number=3)}"


@tenant.route("/page/<int:number>")
def page(number):
    return f"{g.tenant} {number} {url_for('tenant.home')}"


@defaults.route("/kind")
@defaults.route("/kind/<kind>")
def kind(kind):
    return kind


@assets.route("/template/<name>")
def template(name):
    return render_template(f"{name}.html", value="<&>")


@assets.app_template_filter("shout")
def shout(text):
    return text.upper()


@assets.context_processor
def context():
    return {"from_blueprint": "only here"}


@assets.app_context_processor
def app_context():
    return {"from_app": "everywhere"}


@app.route("/template/<name>")
def app_template(name):
    return render_template(f"{name}.html", value="<&>")


child.register_blueprint(grandchild, url_prefix="/grand")
parent.register_blueprint(child)
app.register_blueprint(parent)
app.register_blueprint(twice, url_prefix="/one")
app.register_blueprint(twice, url_prefix="/two", name="second")
app.register_blueprint(assets)
app.register_blueprint(tenant)
app.register_blueprint(defaults, url_prefix="/defaults", url_defaults={"kind": "overridden"})
app.register_blueprint(hosted)


@app.route("/map")
def url_map():
    return jsonify(
        sorted(
            [rule.rule, rule.endpoint, sorted(rule.methods or ()), rule.subdomain]
            for rule in app.url_map.iter_rules()
        )
    )
