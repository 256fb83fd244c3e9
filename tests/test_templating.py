"""Jinja templates: context, escaping, loaders, filters, streams.

Flask: Templates.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.utils.safestring import mark_safe
from jinja2 import DictLoader, TemplateNotFound, UndefinedError
from markupsafe import Markup

from flaskish import (
    Blueprint,
    Flask,
    Response,
    g,
    get_template_attribute,
    render_template,
    render_template_string,
    session,
    stream_template,
    stream_template_string,
)
from flaskish.templating import Environment
from flaskish.testing import FlaskClient


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    app = Flask("an_app", root_path=str(tmp_path))
    app.config.update(TESTING=True, SECRET_KEY="test key")
    write(tmp_path / "templates", {"hello.html": "<h1>{{ name }}</h1>", "hello.txt": "{{ name }}"})
    return app


def write(folder: Path, templates: dict[str, str]) -> None:
    """Write templates into a folder."""
    for name, source in templates.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source)


def test_template_is_rendered_with_its_variables(app: Flask, client: FlaskClient) -> None:
    app.add_url_rule("/", "index", lambda: render_template("hello.html", name="World"))
    assert client.get("/").text == "<h1>World</h1>"


def test_first_existing_template_of_a_list(app: Flask) -> None:
    with app.app_context():
        assert render_template(["missing.html", "hello.txt"], name="a") == "a"


def test_missing_template_is_named(app: Flask) -> None:
    with app.app_context(), pytest.raises(TemplateNotFound, match=r"missing\.html"):
        render_template("missing.html")


@pytest.mark.parametrize("extension", ["html", "htm", "xml", "xhtml", "svg"])
def test_markup_files_are_escaped(app: Flask, tmp_path: Path, extension: str) -> None:
    write(tmp_path / "templates", {f"page.{extension}": "{{ value }}"})
    with app.app_context():
        assert render_template(f"page.{extension}", value="<b>") == "&lt;b&gt;"


@pytest.mark.parametrize("name", ["page.txt", "page.js", "page.HTML", "html"])
def test_other_files_are_not_escaped(app: Flask, tmp_path: Path, name: str) -> None:
    write(tmp_path / "templates", {name: "{{ value }}"})
    with app.app_context():
        assert render_template(name, value="<b>") == "<b>"


@pytest.mark.parametrize("safe", [Markup("<b>"), mark_safe("<b>")])
def test_what_is_marked_safe_is_not_escaped(app: Flask, safe: str) -> None:
    with app.app_context():
        assert render_template("hello.html", name=safe) == "<h1><b></h1>"


@pytest.mark.parametrize(
    "source",
    [
        "{{ '<b>'|safe }}",
        "{% autoescape false %}{{ '<b>' }}{% endautoescape %}",
        "{{ safe }}",
    ],
)
def test_escaping_can_be_turned_off(app: Flask, source: str) -> None:
    with app.app_context():
        assert render_template_string(source, safe=Markup("<b>")) == "<b>"
        assert render_template_string("{{ '<b>' }}") == "&lt;b&gt;"


def test_standard_context_is_there(app: Flask) -> None:
    app.config["ANSWER"] = 42
    app.add_url_rule("/page", "page", lambda: "")
    source = (
        "{{ config.ANSWER }} {{ request.args.q }} {{ session.s }} {{ g.name }}"
        " {{ url_for('page') }} {{ get_flashed_messages() }}"
    )
    with app.test_request_context("/?q=1"):
        g.name = "global"
        session["s"] = 2
        assert render_template_string(source) == "42 1 2 global /page []"


def test_template_without_a_request_has_no_request(app: Flask) -> None:
    source = "{{ request is defined and request }}{{ g.x }}{{ config.TESTING }}"
    with app.app_context(), pytest.raises(RuntimeError, match="Working outside of request context"):
        render_template_string(source)
    with app.app_context():
        g.x = "x"
        assert render_template_string("{{ g.x }}{{ config.TESTING }}") == "xTrue"


def test_imported_templates_see_globals_but_no_variables(app: Flask, tmp_path: Path) -> None:
    write(
        tmp_path / "templates",
        {
            "_helpers.html": "{% macro hello() %}{{ request.path }}{{ name }}{% endmacro %}",
            "imports.html": "{% from '_helpers.html' import hello %}{{ hello() }}",
            "with.html": "{% from '_helpers.html' import hello with context %}{{ hello() }}",
        },
    )
    with app.test_request_context("/path"):
        assert render_template("imports.html", name="name") == "/path"
        assert render_template("with.html", name="name") == "/pathname"


def test_context_processors_add_what_was_not_given(app: Flask, client: FlaskClient) -> None:
    blueprint = Blueprint("shop", __name__, url_prefix="/shop")
    app.context_processor(lambda: {"a": "app", "b": "app", "c": "app"})
    blueprint.context_processor(lambda: {"b": "blueprint", "c": "blueprint"})
    source = "{{ a }} {{ b }} {{ c }}"
    app.add_url_rule("/", "index", lambda: render_template_string(source))
    blueprint.add_url_rule("/", "index", lambda: render_template_string(source, c="given"))
    app.register_blueprint(blueprint)
    assert client.get("/").text == "app app app"
    assert client.get("/shop/").text == "app blueprint given"


def test_context_processor_may_give_functions(app: Flask) -> None:
    @app.context_processor
    def utilities() -> dict[str, Any]:
        return {"format_price": lambda amount, currency="€": f"{amount:.2f}{currency}"}

    with app.app_context():
        assert render_template_string("{{ format_price(0.33) }}") == "0.33€"


def test_filters_tests_and_globals_are_registered(app: Flask) -> None:
    @app.template_filter("reverse")
    def reverse_filter(text: str) -> str:
        return text[::-1]

    @app.template_test()
    def short(text: str) -> bool:
        return len(text) < 3

    @app.template_global()
    def double(number: int) -> int:
        return 2 * number

    app.add_template_filter(str.upper, "loud")
    with app.app_context():
        source = "{{ 'abc'|reverse }} {{ 'ab' is short }} {{ double(2) }} {{ 'a'|loud }}"
        assert render_template_string(source) == "cba True 4 A"


def test_functions_of_a_blueprint_are_registered_for_all(app: Flask) -> None:
    blueprint = Blueprint("shop", __name__)
    blueprint.add_app_template_filter(str.upper, "loud")
    blueprint.app_template_test("shouted")(str.isupper)
    blueprint.app_template_global("answer")(lambda: 42)
    app.register_blueprint(blueprint)
    with app.app_context():
        source = "{{ 'a'|loud }} {{ 'A' is shouted }} {{ answer() }}"
        assert render_template_string(source) == "A True 42"


def test_template_of_the_application_comes_before_those_of_blueprints(
    app: Flask, tmp_path: Path
) -> None:
    for name in ("first", "second"):
        folder = tmp_path / name
        write(folder / "templates", {"shared.html": name, f"{name}.html": name})
        app.register_blueprint(
            Blueprint(name, "an_app", root_path=str(folder), template_folder="templates")
        )
    with app.app_context():
        assert render_template("shared.html") == "first"
        assert render_template("second.html") == "second"
        write(tmp_path / "templates", {"shared.html": "application"})
        assert app.jinja_env.cache is not None
        app.jinja_env.cache.clear()
        assert render_template("shared.html") == "application"
    assert set(app.jinja_env.list_templates()) == {
        "hello.html",
        "hello.txt",
        "shared.html",
        "first.html",
        "second.html",
    }


def test_changed_template_is_read_again_if_configured(app: Flask, tmp_path: Path) -> None:
    app.config["TEMPLATES_AUTO_RELOAD"] = True
    with app.app_context():
        assert render_template("hello.txt", name="a") == "a"
        (tmp_path / "templates" / "hello.txt").write_text("changed to {{ name }}")
        assert render_template("hello.txt", name="a") == "changed to a"


def test_macro_of_a_template_can_be_called(app: Flask, tmp_path: Path) -> None:
    write(
        tmp_path / "templates",
        {"_cider.html": "{% macro hello(name) %}Hello {{ name }}!{% endmacro %}{% set a = 1 %}"},
    )
    with app.app_context():
        hello = get_template_attribute("_cider.html", "hello")
        assert hello("World") == "Hello World!"
        assert get_template_attribute("_cider.html", "a") == 1


def test_stream_comes_in_pieces_and_has_the_request(app: Flask, client: FlaskClient) -> None:
    source = "{% for n in numbers %}{{ request.path }}{{ n }}{% endfor %}"
    app.add_url_rule("/s", "s", lambda: Response(stream_template_string(source, numbers=[1, 2])))
    app.add_url_rule("/f", "f", lambda: stream_template("hello.html", name="World"))
    response = client.get("/s")
    assert response.text == "/s1/s2"
    assert "Content-Length" not in response.headers
    assert client.get("/f").text == "<h1>World</h1>"


def test_stream_outside_a_request(app: Flask) -> None:
    with app.app_context():
        assert "".join(stream_template("hello.txt", name="a")) == "a"


def test_loading_is_explained_if_configured(
    app: Flask, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    app.config["EXPLAIN_TEMPLATE_LOADING"] = True
    app.register_blueprint(
        Blueprint("shop", "an_app", root_path=str(tmp_path / "shop"), template_folder="pages")
    )
    with (
        app.app_context(),
        caplog.at_level(logging.INFO, app.name),
        pytest.raises(TemplateNotFound),
    ):
        render_template("missing.html")
    (record,) = caplog.records
    text = record.getMessage()
    assert "Locating template 'missing.html'" in text
    assert "trying loader of application 'an_app'" in text
    assert "trying loader of blueprint 'shop'" in text
    assert "Error: the template could not be found." in text


def test_own_environment_and_options() -> None:
    class OwnEnvironment(Environment):
        pass

    class Own(Flask):
        jinja_environment = OwnEnvironment
        jinja_options = {"trim_blocks": True, "variable_start_string": "[["}

        def create_global_jinja_loader(self) -> Any:
            return DictLoader({"a.html": "[[ value }}"})

        def select_jinja_autoescape(self, filename: str | None) -> bool:
            return filename is None

    app = Own("own")
    assert isinstance(app.jinja_env, OwnEnvironment)
    assert app.jinja_env.trim_blocks
    with app.app_context():
        assert render_template("a.html", value="<b>") == "<b>"


def test_undefined_variables_are_empty_until_they_are_used(app: Flask) -> None:
    with app.app_context():
        assert render_template_string("[{{ missing }}]") == "[]"
        with pytest.raises(UndefinedError, match="'missing' is undefined"):
            render_template_string("{{ missing.attribute }}")


TRANSLATED = """
from flaskish import Flask, render_template_string

app = Flask("alone", django={"LANGUAGE_CODE": "de", "TIME_ZONE": "Europe/Berlin"})
with app.app_context():
    print(render_template_string("{{ _('Yes') }} {% trans %}No{% endtrans %}"))
"""


def test_application_alone_with_settings_of_its_own_has_djangos_translations() -> None:
    environment = {name: value for name, value in os.environ.items() if "SETTINGS" not in name}
    command = [sys.executable, "-c", TRANSLATED]
    answer = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    assert answer.stdout == "Ja Nein\n"
