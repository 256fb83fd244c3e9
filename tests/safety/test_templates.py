"""Templates: each kind of string, by each operation, in each engine, is escaped once."""

from __future__ import annotations

import html
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.template import engines
from django.test import override_settings
from django.utils.functional import lazystr
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import TemplateRuntimeError
from markupsafe import Markup

from flaskish import Flask, render_template_string
from tests.safety.corpora import PATHOLOGICAL, within

ENGINES: list[dict[str, Any]] = [
    {"BACKEND": "django.template.backends.django.DjangoTemplates", "NAME": "django"}
]
UNSAFE = "<i>&"
ESCAPED = "&lt;i&gt;&amp;"

#: Kinds of strings with the same text, and how a page has to show them.
KINDS: dict[str, tuple[Any, str]] = {
    "str": (UNSAFE, ESCAPED),
    "Markup": (Markup(UNSAFE), UNSAFE),
    "SafeString": (SafeString(UNSAFE), UNSAFE),
    "mark_safe": (mark_safe(UNSAFE), UNSAFE),
    "lazy": (lazystr(UNSAFE), ESCAPED),
    "gettext_lazy": (gettext_lazy(UNSAFE), ESCAPED),
    "format_html": (format_html("{}", SafeString(UNSAFE)), UNSAFE),
    "format_html of str": (format_html("{}", UNSAFE), ESCAPED),
    "escaped Markup": (Markup.escape(UNSAFE), ESCAPED),
}


def jinja(app: Flask, source: str, **context: Any) -> str:
    with app.app_context():
        return render_template_string(source, **context)


def django(app: Flask, source: str, **context: Any) -> str:
    with override_settings(TEMPLATES=ENGINES):
        return str(engines["django"].from_string(source).render(context))


RENDERERS = {"jinja": jinja, "django": django}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("engine", RENDERERS)
def test_a_string_is_escaped_once(app: Flask, engine: str, kind: str) -> None:
    value, shown = KINDS[kind]
    assert RENDERERS[engine](app, "{{ value }}", value=value) == shown


#: The kinds that each engine knows as its own: its filters keep them as they are.
OWN = {"jinja": ("str", "Markup", "escaped Markup"), "django": ("str", "SafeString", "mark_safe")}
FILTERS = ["e", "lower", "trim", "e|e", "safe|e", "default('x')", "replace('x', 'y')"]


def in_django(filters: str) -> str:
    """Return filters of Jinja's as Django writes them."""
    names = {
        "e": "escape",
        "trim": "truncatechars:99",
        "default('x')": "default:'x'",
        "replace('x', 'y')": "cut:'x'",
    }
    return "|".join(names.get(name, name) for name in filters.split("|"))


@pytest.mark.parametrize("filters", FILTERS)
@pytest.mark.parametrize("engine", RENDERERS)
def test_filters_escape_what_is_the_engines_own_once(app: Flask, engine: str, filters: str) -> None:
    for kind in OWN[engine]:
        value, shown = KINDS[kind]
        expected = str(value) if filters.startswith("safe") else shown
        wanted = in_django(filters) if engine == "django" else filters
        assert RENDERERS[engine](app, f"{{{{ value|{wanted} }}}}", value=value) == expected, kind


@pytest.mark.parametrize("kind", [kind for kind, (_, shown) in KINDS.items() if shown == ESCAPED])
@pytest.mark.parametrize("filters", [*FILTERS, "upper", "title", "capitalize"])
@pytest.mark.parametrize("engine", RENDERERS)
def test_no_filter_lets_unsafe_text_through(
    app: Flask, engine: str, filters: str, kind: str
) -> None:
    if filters.startswith("safe") and kind not in ("escaped Markup", "format_html of str"):
        # That is what it is for.
        return
    wanted = in_django(filters).replace("capitalize", "capfirst") if engine == "django" else filters
    text = RENDERERS[engine](app, f"{{{{ value|{wanted} }}}}", value=KINDS[kind][0])
    assert "<" not in text


def _plus(value: Any) -> Any:
    return Markup("<b>") + value


def _percent(value: Any) -> Any:
    return Markup("<b>%s") % value


def _format(value: Any) -> Any:
    return Markup("<b>{}").format(value)


def _join(value: Any) -> Any:
    return Markup("").join([Markup("<b>"), value])


def _format_html(value: Any) -> Any:
    return format_html("<b>{}", value)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("engine", RENDERERS)
@pytest.mark.parametrize("operation", [_plus, _percent, _format, _join, _format_html])
def test_operations_in_python_escape_once(
    app: Flask, engine: str, kind: str, operation: Callable[[Any], Any]
) -> None:
    value, shown = KINDS[kind]
    text = RENDERERS[engine](app, "{{ value }}", value=operation(value))
    assert text == f"<b>{shown}"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("source", "prefix"),
    [
        ("{{ value ~ '<' }}", ""),
        ("{{ ('<b>'|safe) ~ value ~ '<' }}", "<b>"),
        ("{{ [value, '<']|join('') }}", ""),
    ],
)
def test_operations_in_jinja_escape_once(app: Flask, kind: str, source: str, prefix: str) -> None:
    value, shown = KINDS[kind]
    text = jinja(app, source, value=value)
    assert text.startswith(f"{prefix}{shown}")


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.text())
def test_tojson_is_safe_in_scripts_and_attributes(text: str) -> None:
    app = Flask("json")
    value = f"</script><!--'\"&{text}"
    page = jinja(app, "<script>{{ value|tojson }}</script>", value=value)
    inside = page.removeprefix("<script>").removesuffix("</script>")
    assert not set("<>&'") & set(inside)
    assert json.loads(inside) == value
    attribute = jinja(app, "<a b='{{ value|tojson }}'>", value=value)
    assert attribute.count("'") == 2
    forced = jinja(app, '<a b="{{ value|tojson|forceescape }}">', value=value)
    assert forced.count('"') == 2
    assert json.loads(html.unescape(forced.split('"')[1])) == value


@pytest.mark.parametrize("name", ["a.html", "a.htm", "a.xml", "a.xhtml", "a.svg", None])
def test_pages_are_escaped_by_their_extension(app: Flask, name: str | None) -> None:
    assert app.select_jinja_autoescape(name)  # type: ignore[arg-type]


def test_no_text_takes_the_filters_long(app: Flask) -> None:
    for text in (*PATHOLOGICAL, "http://" * 5_000, "a@" * 20_000, "(" * 20_000 + "www.a.com"):
        with within(1):
            jinja(app, "{{ value|urlize }}{{ value|striptags }}{{ value|e }}", value=text[:20_000])


@pytest.mark.parametrize("key", ["a b", "a/b", "a>b", "a=b"])
def test_xmlattr_refuses_keys_that_end(app: Flask, key: str) -> None:
    with pytest.raises((ValueError, TemplateRuntimeError)):
        jinja(app, "{{ {key: 'x'}|xmlattr }}", key=key)
