"""Pages in Jinja and in Django's template language, rendered by either side."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jinja2
import pytest
from django import forms
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import TemplateDoesNotExist, engines
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.test import Client
from django.urls import path
from django.utils import timezone, translation
from django.utils.functional import lazy, lazystr
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from markupsafe import Markup
from pytest_django.asserts import assertTemplateNotUsed, assertTemplateUsed

from flaskish import (
    Flask,
    flash,
    g,
    render_template,
    render_template_string,
    stream_template,
    template_rendered,
)

from .conftest import TEMPLATES, MakeProject

pytestmark = pytest.mark.django_db

BACKEND = {"BACKEND": "flaskish.bridge.templates.FlaskTemplates"}


class Pages:
    """A project with an application whose view does what a test says, and with a native view."""

    def __init__(self, make_project: MakeProject, folder: Path) -> None:
        self.make_project = make_project
        self.folder = folder
        self.flask_view: Callable[[], Any] = lambda: ""
        self.django_view: Callable[[HttpRequest], HttpResponse] = HttpResponse
        self.app = Flask("shop", root_path=str(folder))
        self.app.add_url_rule("/", "index", lambda: self.flask_view())
        self.client = self.make()

    def make(self, backend: dict[str, Any] = BACKEND, **settings: Any) -> Client:
        """Make the project; again, with other settings."""
        django = {**TEMPLATES[0], "DIRS": [self.folder / "django"]}
        self.client = self.make_project(
            path("shop/", self.app.urls),
            path("admin/", admin.site.urls),
            path("native/<slug:name>/", lambda request, name: self.django_view(request)),
            TEMPLATES=[backend, django],
            **settings,
        )
        return self.client

    def write(self, name: str, source: str) -> None:
        """Write a template of the application."""
        self._write(self.folder / "templates" / name, source)

    def write_django(self, name: str, source: str) -> None:
        """Write a template of the project."""
        self._write(self.folder / "django" / name, source)

    @staticmethod
    def _write(file: Path, source: str) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(source)

    def in_flask(self, view: Callable[[], Any]) -> str:
        self.flask_view = view
        return _text(self.client.get("/shop/"))

    def in_django(self, view: Callable[[HttpRequest], HttpResponse]) -> str:
        self.django_view = view
        return _text(self.client.get("/native/page/"))


def _text(response: Any) -> str:
    assert response.status_code == 200
    text: str = response.getvalue().decode()
    return text


@pytest.fixture
def pages(make_project: MakeProject, tmp_path: Path) -> Pages:
    return Pages(make_project, tmp_path)


# Django renders a page of the application


def test_django_renders_a_page_of_the_application(pages: Pages) -> None:
    pages.write("shop/page.html", "{{ name }} {{ url_for('index') }} {{ request.path }}")
    text = pages.in_django(lambda request: render(request, "shop/page.html", {"name": "<Ada>"}))
    assert text == "&lt;Ada&gt; /shop/ /native/page/"


def test_page_rendered_by_django_has_what_flask_pages_have(pages: Pages) -> None:
    pages.write(
        "page.html",
        "{{ config.NAME }} {{ g.x }} {{ own }} {{ user }} {{ session.get('a') }}"
        " {{ get_flashed_messages() }} {{ csrf_input }}",
    )
    pages.app.config["NAME"] = "shop"

    @pages.app.context_processor
    def add() -> dict[str, str]:
        return {"own": "processor"}

    text = pages.in_django(lambda request: render(request, "page.html"))
    assert text.startswith("shop  processor AnonymousUser None [] <input type=")


def test_template_response_is_rendered_by_django(pages: Pages) -> None:
    pages.write("page.html", "{{ name }} at {{ url_for('index') }}")
    text = pages.in_django(lambda request: TemplateResponse(request, "page.html", {"name": "Ada"}))
    assert text == "Ada at /shop/"


def test_page_is_rendered_without_a_request(pages: Pages) -> None:
    pages.write("mail.txt", "{{ name }} {{ url_for('index') }}")
    assert render_to_string("mail.txt", {"name": "<Ada>"}) == "<Ada> /shop/"


def test_template_of_the_backend_has_name_and_origin(pages: Pages) -> None:
    pages.write("page.html", "x")
    template = engines["templates"].get_template("page.html")
    assert template.name == "page.html"
    assert str(template.origin) == str(pages.folder / "templates" / "page.html")
    assert template.render() == "x"
    assert hasattr(template.render(), "__html__")


def test_backend_renders_from_a_string(pages: Pages) -> None:
    assert engines["templates"].from_string("{{ a }}").render({"a": "<"}) == "&lt;"


def test_missing_page_is_djangos_error_and_says_where_it_was_looked_for(pages: Pages) -> None:
    pages.write("present.html", "")
    with pytest.raises(TemplateDoesNotExist) as caught:
        engines["templates"].get_template("missing.html")
    ((origin, status),) = caught.value.tried
    assert (origin.name, origin.loader_name, status) == (
        str(pages.folder / "templates" / "missing.html"),
        "shop",
        "Source does not exist",
    )


def test_backend_asks_the_named_applications_only(pages: Pages) -> None:
    pages.write("page.html", "x")
    pages.make({**BACKEND, "OPTIONS": {"apps": [f"{__name__}.other_app"]}})
    with pytest.raises(TemplateDoesNotExist):
        engines["templates"].get_template("page.html")


other_app = Flask("other_app")


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({"DIRS": ["/x"]}, "has DIRS or APP_DIRS"),
        ({"APP_DIRS": True}, "has DIRS or APP_DIRS"),
        ({"OPTIONS": {"autoescape": False}}, r"unknown options \['autoescape'\]"),
    ],
)
def test_backend_refuses_what_it_would_not_heed(
    pages: Pages, entry: dict[str, Any], message: str
) -> None:
    pages.make({**BACKEND, **entry})
    with pytest.raises(ImproperlyConfigured, match=message):
        engines.all()


# The application renders a template of the project


def test_render_template_finds_a_template_that_only_the_project_has(pages: Pages) -> None:
    text = pages.in_flask(lambda: render_template("admin/base_site.html", title="Orders"))
    assert "<title>Orders | Django site admin</title>" in text


def test_template_of_the_application_wins_over_one_of_the_project(pages: Pages) -> None:
    pages.write("page.html", "application")
    pages.write_django("page.html", "project")
    assert pages.in_flask(lambda: render_template("page.html")) == "application"


def test_first_template_that_exists_is_rendered_whichever_side_has_it(pages: Pages) -> None:
    pages.write("third.html", "application")
    pages.write_django("second.html", "project")
    names: Any = ["first.html", "second.html", "third.html"]
    assert pages.in_flask(lambda: render_template(names)) == "project"
    assert pages.in_flask(lambda: render_template(["first.html", "third.html"])) == "application"


def test_template_of_the_project_can_be_streamed(pages: Pages) -> None:
    pages.write_django("page.html", "{{ name }} {{ request.path }}")
    assert pages.in_flask(lambda: stream_template("page.html", name="Ada")) == "Ada /shop/"


def test_template_that_nobody_has_is_flasks_error(pages: Pages) -> None:
    def view() -> str:
        with pytest.raises(jinja2.TemplateNotFound):
            render_template("missing.html")
        with pytest.raises(jinja2.TemplatesNotFound):
            render_template(["missing.html", "lost.html"])
        return "raised"

    assert pages.in_flask(view) == "raised"


def test_both_engines_get_both_kinds_of_context_processors(pages: Pages) -> None:
    source = "{{ own }} {{ user }} {{ messages }} {{ g.x }} {{ name }}"
    pages.write("jinja.html", source)
    pages.write_django("django.html", source.replace("messages", "messages|length"))

    @pages.app.context_processor
    def add() -> dict[str, str]:
        return {"own": "processor"}

    def view(name: str) -> Callable[[], str]:
        def render_with_g() -> str:
            g.x = "global"
            return render_template(name, name="given")

        return render_with_g

    assert pages.in_flask(view("jinja.html")).startswith("processor AnonymousUser &lt;")
    assert pages.in_flask(view("django.html")) == "processor AnonymousUser 0 global given"


def test_values_given_to_a_page_win_over_all_processors(pages: Pages) -> None:
    pages.app.context_processor(lambda: {"messages": "flask"})
    source = "{{ user }} {{ messages }}"
    text = pages.in_flask(lambda: render_template_string(source, user="given"))
    assert text == "given flask"


def test_processor_of_the_project_does_not_hide_what_the_application_registered(
    pages: Pages,
) -> None:
    pages.app.add_template_global(lambda: "own", "messages")
    source = "{{ messages() }} {{ csrf_token()|length }}"
    assert pages.in_flask(lambda: render_template_string(source)) == "own 64"


def test_backend_can_name_the_context_processors_of_pages(pages: Pages) -> None:
    name = "django.template.context_processors.tz"
    pages.make({**BACKEND, "OPTIONS": {"context_processors": [name]}})
    text = pages.in_flask(lambda: render_template_string("{{ TIME_ZONE }}{{ user }}"))
    assert text == settings.TIME_ZONE


def test_template_of_django_sees_djangos_request(pages: Pages) -> None:
    pages.write_django("page.html", "{{ request.path }} {{ csrf_token|length }}")
    assert pages.in_flask(lambda: render_template("page.html")) == "/shop/ 64"


# Escaping


ESCAPED = [
    pytest.param("<b>", "&lt;b&gt;", id="text"),
    pytest.param(Markup("<b>"), "<b>", id="Markup"),
    pytest.param(mark_safe("<b>"), "<b>", id="SafeString"),
    pytest.param(lazystr("<b>"), "&lt;b&gt;", id="lazy"),
    pytest.param(format_html("<b>{}", "<"), "<b>&lt;", id="format_html"),
    pytest.param(lazy(mark_safe, SafeString)("<b>"), "<b>", id="lazy and safe"),
    pytest.param(Markup("<b>{}").format(mark_safe("<i>")), "<b><i>", id="SafeString in Markup"),
    pytest.param(format_html("<b>{}", Markup("<i>")), "<b><i>", id="Markup in SafeString"),
]


@pytest.mark.parametrize(("value", "text"), ESCAPED)
def test_both_engines_escape_alike(pages: Pages, value: Any, text: str) -> None:
    pages.write("jinja.html", "{{ value }}")
    pages.write_django("django.html", "{{ value }}")
    assert pages.in_flask(lambda: render_template("jinja.html", value=value)) == text
    assert pages.in_flask(lambda: render_template("django.html", value=value)) == text
    assert pages.in_django(lambda request: render(request, "jinja.html", {"value": value})) == text


class NameForm(forms.Form):
    name = forms.CharField(label="Name & title", max_length=5)


def test_form_of_django_is_escaped_once_in_jinja(pages: Pages) -> None:
    form = NameForm({"name": '"><script>'})
    text = pages.in_flask(
        lambda: render_template_string(
            "{{ form }}|{{ form.name }}|{{ form.name.label_tag() }}|{{ form.name.errors }}"
            "|{{ form.as_p() }}",
            form=form,
        )
    )
    assert "<script>" not in text
    assert 'value="&quot;&gt;&lt;script&gt;"' in text
    assert "Name &amp; title" in text
    assert "&amp;amp;" not in text
    assert "&lt;input" not in text
    assert '<ul class="errorlist"' in text


# Translations and times


def test_gettext_is_djangos(pages: Pages) -> None:
    source = (
        "{{ _('Yes') }} {{ gettext('No') }} {{ pgettext('alt. month', 'May') }}"
        " {{ ngettext('%(n)s month', '%(n)s months', 2)|replace('%(n)s', '2') }}"
        " {% trans %}Home{% endtrans %}"
    )
    with translation.override("de"):
        text = pages.in_flask(lambda: render_template_string(source))
    assert text == "Ja Nein Mai 2 months Start"


def test_translations_are_escaped_and_what_is_put_into_them_too(pages: Pages) -> None:
    text = pages.in_flask(
        lambda: render_template_string(
            "{{ _('<b>') }} {% trans name='<i>' %}<b>Hello {{ name }}</b>{% endtrans %}"
        )
    )
    assert text == "&lt;b&gt; <b>Hello &lt;i&gt;</b>"


def test_times_are_shown_in_the_current_time_zone(pages: Pages) -> None:
    moment = datetime(2026, 7, 1, 12, tzinfo=UTC)
    source = "{{ (moment|localtime).hour }} {{ moment|date('H:i O') }} {{ moment.hour }}"
    with timezone.override("Europe/Berlin"):
        text = pages.in_flask(lambda: render_template_string(source, moment=moment))
    assert text == "14 14:00 +0200 12"


# Tests and debugging


def test_assert_template_used_sees_pages_and_what_they_use(pages: Pages) -> None:
    pages.write("layout.html", "{% block body %}{% endblock %}")
    pages.write("part.html", "{{ name }}")
    pages.write(
        "page.html",
        "{% extends 'layout.html' %}{% block body %}{% include 'part.html' %}{% endblock %}",
    )
    pages.flask_view = lambda: render_template("page.html", name="Ada")
    response = pages.client.get("/shop/")
    for name in ("page.html", "layout.html", "part.html"):
        assertTemplateUsed(response, name)
    assertTemplateNotUsed(response, "other.html")
    assert response.context["name"] == "Ada"


def test_assert_template_used_sees_a_streamed_page(pages: Pages) -> None:
    pages.write("page.html", "x")
    with assertTemplateUsed("page.html"):
        pages.in_flask(lambda: stream_template("page.html"))


def test_assert_template_used_sees_what_a_streamed_page_uses(pages: Pages) -> None:
    pages.write("layout.html", "{% block body %}{% endblock %}")
    pages.write("part.html", "{{ name }}")
    pages.write(
        "page.html",
        "{% extends 'layout.html' %}{% block body %}{% include 'part.html' %}{% endblock %}",
    )
    for name in ("page.html", "layout.html", "part.html"):
        with assertTemplateUsed(name, count=1):
            assert pages.in_flask(lambda: stream_template("page.html", name="Ada")) == "Ada"
    with assertTemplateNotUsed("other.html"):
        pages.in_flask(lambda: stream_template("page.html"))


def test_client_knows_the_page_before_the_stream_is_read(pages: Pages) -> None:
    pages.write("page.html", "{{ name }}")
    pages.flask_view = lambda: stream_template("page.html", name="Ada")
    response = pages.client.get("/shop/")
    assertTemplateUsed(response, "page.html", count=1)
    assert response.context["name"] == "Ada"


def test_streams_that_alternate_announce_their_own_templates_only(pages: Pages) -> None:
    pages.write("a.html", "a{% include 'a-part.html' %}")
    pages.write("b.html", "b")
    pages.write("a-part.html", "part")

    def alternate() -> str:
        first, second = stream_template("a.html"), stream_template("b.html")
        return "".join(next(stream) for stream in (first, second, first))

    with assertTemplateUsed("b.html", count=1), assertTemplateUsed("a-part.html", count=1):
        assert pages.in_flask(alternate) == "abpart"


def test_error_in_a_stream_has_the_source_of_its_template(pages: Pages) -> None:
    pages.write("page.html", "fine\n{{ 1 // 0 }}\n")
    pages.app.debug = True
    with pytest.raises(ZeroDivisionError) as caught:
        pages.in_flask(lambda: stream_template("page.html"))
    debug = caught.value.template_debug  # type: ignore[attr-defined]
    assert (debug["line"], debug["during"]) == (2, "{{ 1 // 0 }}\n")


def test_assert_template_used_sees_a_page_that_django_renders(pages: Pages) -> None:
    pages.write("page.html", "x")
    pages.django_view = lambda request: render(request, "page.html")
    with assertTemplateUsed("page.html"):
        pages.client.get("/native/page/")


def test_flasks_signal_is_sent_for_templates_of_django(pages: Pages) -> None:
    names = []

    def note(sender: Flask, template: Any, context: dict[str, Any]) -> None:
        names.append(template.template.name)

    pages.write_django("page.html", "x")
    with template_rendered.connected_to(note, pages.app):
        pages.in_flask(lambda: render_template("page.html"))
    assert names == ["page.html"]


@pytest.mark.parametrize(
    "source", ["first\n{{ missing.name.deeper }}\nlast", "first\n{% endif %}\nlast"]
)
@pytest.mark.parametrize("side", ["flask", "django"])
def test_debug_page_shows_the_line_of_the_template(pages: Pages, source: str, side: str) -> None:
    pages.write("page.html", source)
    pages.app.debug = True
    pages.make(DEBUG=True)
    pages.flask_view = lambda: render_template("page.html")
    pages.django_view = lambda request: render(request, "page.html")
    pages.client.raise_request_exception = False
    response = pages.client.get("/shop/" if side == "flask" else "/native/page/")
    assert response.status_code == 500
    page = response.content.decode()
    assert "Error during template rendering" in page
    assert f"{pages.folder}/templates/page.html" in page
    assert source.splitlines()[1] in page.split("Error during template rendering")[1]


def test_flash_on_a_page_that_django_renders(pages: Pages) -> None:
    pages.write("page.html", "{{ get_flashed_messages() }}")
    pages.in_flask(lambda: flash("x") or "")
    assert pages.in_django(lambda request: render(request, "page.html")) == "[&#39;x&#39;]"
    assert pages.in_django(lambda request: render(request, "page.html")) == "[]"
