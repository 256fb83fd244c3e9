"""Modular Applications with Blueprints, Flask Extension Development, Application Factories."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from jinja2 import TemplateNotFound

from flaskish import Blueprint, Flask, abort, current_app, g, render_template, request, url_for
from flaskish.blueprints import BlueprintSetupState
from flaskish.views import MethodView

from ..both_ways import Asker


def rules_of(app: Flask) -> dict[str, str]:
    return {rule.endpoint: rule.rule for rule in app.url_map.iter_rules()}


@pytest.fixture
def pages(tmp_path: Path) -> Blueprint:
    """A blueprint with a template folder and one page in it."""
    folder = tmp_path / "pages" / "templates" / "pages"
    folder.mkdir(parents=True)
    (folder / "index.html").write_text("{{ url_for('.show', page='about') }}")
    blueprint = Blueprint(
        "pages", __name__, template_folder="templates", root_path=str(tmp_path / "pages")
    )

    @blueprint.route("/", defaults={"page": "index"})
    @blueprint.route("/<page>")
    def show(page: str) -> str:
        try:
            return render_template(f"pages/{page}.html")
        except TemplateNotFound:
            abort(404)

    return blueprint


def test_first_blueprint(app: Flask, ask: Asker, pages: Blueprint) -> None:
    app.register_blueprint(pages)
    assert ask("/").text == f"{ask.prefix}/about"
    assert ask("/about").status_code == 404


def test_prefix_and_name_are_given_by_the_registration(
    app: Flask, ask: Asker, pages: Blueprint
) -> None:
    app.register_blueprint(pages, url_prefix="/one")
    app.register_blueprint(pages, url_prefix="/two", name="again")
    assert ask("/one/").text == f"{ask.prefix}/one/about"
    assert ask("/two/").text == f"{ask.prefix}/two/about"
    assert {"pages.show", "again.show"} <= set(rules_of(app))


def test_one_name_twice_is_refused(app: Flask, pages: Blueprint) -> None:
    app.register_blueprint(pages)
    with pytest.raises(ValueError, match=r"The name 'pages' is already registered for this"):
        app.register_blueprint(pages)
    with pytest.raises(ValueError, match=r"for a different blueprint\. Use 'name='"):
        app.register_blueprint(Blueprint("pages", __name__))


@pytest.mark.parametrize("name", ["", "with.dot"])
def test_name_of_a_blueprint_is_checked(name: str) -> None:
    with pytest.raises(ValueError, match="'name' may not"):
        Blueprint(name, __name__)


def test_endpoint_has_no_dots() -> None:
    blueprint = Blueprint("pages", __name__)
    with pytest.raises(ValueError, match=r"'endpoint' may not contain a dot"):
        blueprint.add_url_rule("/", endpoint="a.b")
    view: Any = lambda: ""  # noqa: E731
    view.__name__ = "a.b"
    with pytest.raises(ValueError, match="'view_func' name may not contain a dot"):
        blueprint.add_url_rule("/", view_func=view)


def test_nested_blueprints_have_names_prefixes_and_hooks_of_both(app: Flask, ask: Asker) -> None:
    parent = Blueprint("parent", __name__, url_prefix="/parent")
    child = Blueprint("child", __name__, url_prefix="/child")
    parent.before_request(lambda: setattr(g, "seen", ["parent"]))
    child.before_request(lambda: g.seen.append("child"))
    parent.register_error_handler(KeyError, lambda error: "handled by the parent")

    @child.get("/create")
    def create() -> str:
        if "fail" in request.args:
            raise KeyError
        return f"{url_for('parent.child.create')} {url_for('.create')} {g.seen}"

    parent.register_blueprint(child)
    app.register_blueprint(parent)
    url = f"{ask.prefix}/parent/child/create"
    assert ask("/parent/child/create").text == f"{url} {url} ['parent', 'child']"
    assert ask("/parent/child/create?fail=1").text == "handled by the parent"


def test_nested_blueprints_have_subdomains_of_both() -> None:
    app = Flask("domains", subdomain_matching=True)
    app.config["SERVER_NAME"] = "domain.tld"
    parent = Blueprint("parent", __name__, subdomain="parent")
    child = Blueprint("child", __name__, subdomain="child")
    child.add_url_rule("/", "create", lambda: "created")
    parent.register_blueprint(child)
    app.register_blueprint(parent)
    with app.app_context():
        assert url_for("parent.child.create") == "http://child.parent.domain.tld/"
    client = app.test_client()
    assert client.get("/", base_url="http://child.parent.domain.tld").text == "created"


def test_blueprint_in_itself_is_refused() -> None:
    blueprint = Blueprint("pages", __name__)
    with pytest.raises(ValueError, match="Cannot register a blueprint on itself"):
        blueprint.register_blueprint(blueprint)


def test_resources_and_static_files(app: Flask, ask: Asker, tmp_path: Path) -> None:
    (tmp_path / "admin" / "static").mkdir(parents=True)
    (tmp_path / "admin" / "static" / "style.css").write_text("p {}")
    admin = Blueprint(
        "admin",
        __name__,
        static_folder="static",
        url_prefix="/admin",
        root_path=str(tmp_path / "admin"),
    )
    with admin.open_resource("static/style.css") as file:
        assert file.read() == b"p {}"
    admin.add_url_rule("/", "index", lambda: url_for(".static", filename="style.css"))
    app.register_blueprint(admin)
    assert ask("/admin/").text == f"{ask.prefix}/admin/static/style.css"
    with ask("/admin/static/style.css") as response:
        assert response.text == "p {}"


def test_changed_blueprint_after_its_registration_is_refused(app: Flask, pages: Blueprint) -> None:
    app.register_blueprint(pages)
    with pytest.raises(AssertionError, match="can no longer be called on the blueprint"):
        pages.add_url_rule("/late", "late", lambda: "")


def test_recorded_functions_run_with_the_state(app: Flask) -> None:
    states: list[BlueprintSetupState] = []
    first_only: list[BlueprintSetupState] = []
    blueprint = Blueprint("pages", __name__, url_prefix="/pages")
    blueprint.record(states.append)
    blueprint.record_once(first_only.append)
    app.register_blueprint(blueprint, url_defaults={"a": 1})
    app.register_blueprint(blueprint, name="again", url_prefix="/again")
    assert [state.url_prefix for state in states] == ["/pages", "/again"]
    assert [state.first_registration for state in states] == [True, False]
    assert states[0].url_defaults == {"a": 1}
    assert len(first_only) == 1
    assert (states[0].app, states[0].blueprint) == (app, blueprint)


def test_app_wide_functions_of_a_blueprint(app: Flask, ask: Asker) -> None:
    blueprint = Blueprint("wide", __name__)
    blueprint.before_app_request(lambda: setattr(g, "seen", "before"))
    blueprint.app_context_processor(lambda: {"added": g.seen})
    blueprint.app_errorhandler(404)(lambda error: ("wide", 404))
    blueprint.app_url_defaults(lambda endpoint, values: values.setdefault("a", "1"))

    @blueprint.after_app_request
    def after(response: Any) -> Any:
        response.headers["X-Seen"] = g.seen
        return response

    app.register_blueprint(blueprint)
    app.add_url_rule("/", "index", lambda: url_for("index"))
    assert ask("/").text == f"{ask.prefix}/?a=1"
    assert ask("/").headers["X-Seen"] == "before"
    assert ask("/missing").text == "wide"


# Flask Extension Development


class Hello:
    """An extension of the documented shape: no application is kept."""

    def __init__(self, app: Flask | None = None) -> None:
        if app is not None:
            self.init_app(app)

    def init_app(self, app: Flask) -> None:
        app.extensions["hello"] = self
        app.config.setdefault("HELLO_NAME", "World")
        app.before_request(self.greet)
        app.teardown_appcontext(self.forget)
        blueprint = Blueprint("hello", __name__, url_prefix="/hello")
        blueprint.add_url_rule("/", view_func=HelloView.as_view("greet", self))
        app.register_blueprint(blueprint)

    def greet(self) -> None:
        g._hello = f"Hello, {current_app.config['HELLO_NAME']}!"

    @staticmethod
    def forget(error: BaseException | None) -> None:
        g.pop("_hello", None)


class HelloView(MethodView):
    def __init__(self, extension: Hello) -> None:
        self.extension = extension

    def get(self) -> str:
        assert current_app.extensions["hello"] is self.extension
        return str(g._hello)


def test_extension_serves_several_applications(app: Flask, ask: Asker) -> None:
    hello = Hello()
    hello.init_app(app)
    other = Flask("other")
    other.config["HELLO_NAME"] = "other"
    hello.init_app(other)
    assert ask("/hello/").text == "Hello, World!"
    assert other.test_client().get("/hello/").text == "Hello, other!"


def test_factory_makes_applications_of_different_configurations() -> None:
    def create_app(**config: Any) -> Flask:
        app = Flask("made")
        app.config.from_mapping(config)
        app.add_url_rule("/", "index", lambda: current_app.config["NAME"])
        return app

    first, second = create_app(NAME="first"), create_app(NAME="second")
    assert first.test_client().get("/").text == "first"
    assert second.test_client().get("/").text == "second"
