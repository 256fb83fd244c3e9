"""Templates: each kind of string, by each operation, in each engine, is escaped once."""

from __future__ import annotations

import html
import json
from collections.abc import Callable
from datetime import datetime
from types import SimpleNamespace
from typing import Any

import pytest
from django.template import engines
from django.template.defaultfilters import register
from django.test import modify_settings, override_settings
from django.utils.functional import lazy, lazystr
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import TemplateRuntimeError
from jinja2.filters import FILTERS as JINJA_FILTERS
from markupsafe import Markup

from flaskish import Flask, jsonify, render_template_string
from flaskish.bridge.engines import add_project_helpers, render_django_template
from flaskish.bridge.page_variables import PageVariables
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
        return render_django_template(engines["django"].from_string(source), context, None)


RENDERERS = {"jinja": jinja, "django": django}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("engine", RENDERERS)
def test_a_string_is_escaped_once(app: Flask, engine: str, kind: str) -> None:
    value, shown = KINDS[kind]
    assert RENDERERS[engine](app, "{{ value }}", value=value) == shown


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
def test_filters_escape_once(app: Flask, engine: str, filters: str) -> None:
    for kind, (value, shown) in KINDS.items():
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


# ``pprint`` shows a value's type, and ``random`` any part of it.
#: Arguments of Jinja's filters that need some, or that show more with some.
JINJA_ARGUMENTS = {
    "attr": "('upper')()",
    "batch": "(2)|list",
    "format": "('<', '<', a='<')",
    "groupby": "('upper')",
    "items": "|list",
    "map": "('upper')|list",
    "reject": "('upper')|list",
    "rejectattr": "('x')|list",
    "replace": "('i', '<')",
    "select": "('upper')|list",
    "selectattr": "('upper')|list",
    "slice": "(2)|list",
    "truncate": "(3, true, '<', 0)",
    "wordwrap": "(2, wrapstring='<')",
    "indent": "(2, true)",
    "unique": "|list",
}


def outcome(render: Callable[..., str], *args: Any, **context: Any) -> str:
    """Return a page, or the name of the error that it ends in."""
    try:
        return render(*args, **context)
    except Exception as error:
        return type(error).__name__


class Derived(SafeString):
    """A class of somebody's."""


VOLATILE = "{{% autoescape escapes %}}{}{{% endautoescape %}}"


@pytest.mark.parametrize("frame", ["{}", VOLATILE])
@pytest.mark.parametrize("text", [UNSAFE, ESCAPED, "<b> a b\n<i>"])
@pytest.mark.parametrize("name", sorted(set(JINJA_FILTERS) - {"random", "pprint"}))
def test_each_filter_of_jinja_takes_each_safe_string_alike(
    app: Flask, name: str, text: str, frame: str
) -> None:
    operation = f"{{{{ value|{name}{JINJA_ARGUMENTS.get(name, '')} }}}}"
    expected = outcome(jinja, app, operation, value=Markup(text))
    for kind in (SafeString, Derived, mark_safe, lambda text: format_html("{}", Markup(text))):
        # An error may be the same for all: there are filters of numbers.
        page = frame.format(operation)
        assert outcome(jinja, app, page, value=kind(text), escapes=True) == expected


@pytest.mark.parametrize("name", sorted(set(JINJA_FILTERS) - {"random", "pprint"}))
def test_a_page_that_chooses_not_to_escape_is_one_that_does_not(app: Flask, name: str) -> None:
    operation = f"{{{{ value|{name}{JINJA_ARGUMENTS.get(name, '')} }}}}"
    plain = f"{{% autoescape false %}}{operation}{{% endautoescape %}}"
    for value in (SafeString(UNSAFE), Derived(UNSAFE), Markup(UNSAFE), UNSAFE):
        chosen = outcome(jinja, app, VOLATILE.format(operation), value=value, escapes=False)
        assert chosen == outcome(jinja, app, plain, value=value)


@pytest.mark.parametrize(
    "source",
    [
        *("{{ value + '<' }}", "{{ '<' + value }}", "{{ value + value }}", "{{ value * 2 }}"),
        *("{{ value % '<' }}", "{{ '%s' % value }}", "{{ value.upper() }}", "{{ value ~ '<' }}"),
        *("{{ '<'.join([value]) }}", "{{ value.join(['<', value]) }}", "{{ value.format('<') }}"),
        *("{{ '<{}'.format(value) }}", "{{ [value]|map('upper')|join('<') }}"),
        *("{{ box.value + '<' }}", "{{ box.value|upper }}", "{{ value.replace('i', '<') }}"),
        *("{% for v in [value] %}{{ v + '<' }}{% endfor %}", "{{ value[:2] }}", "{{ value[0] }}"),
        "{% macro m(v) %}{{ v % ('<',) }}{% endmacro %}{{ m(value) }}",
        "{% filter upper %}{{ value }}{% endfilter %}",
        "{% set v %}{{ value }}{% endset %}{{ v + value }}",
        "{% autoescape false %}{{ value + '<' }}{% endautoescape %}",
    ],
)
def test_each_operation_in_jinja_takes_each_safe_string_alike(app: Flask, source: str) -> None:
    text = "<i>%s" if "%" in source.replace("{%", "") else "<i>{}"
    pages = {
        outcome(
            jinja,
            app,
            frame.format(source),
            value=kind(text),
            box={"value": kind(text)},
            escapes=True,
        )
        for kind in (Markup, SafeString, Derived)
        for frame in ("{}", VOLATILE)
    }
    if "autoescape false" in source:
        # Where nothing is escaped, a safe string of Django's is only a string.
        assert jinja(app, source, value=SafeString(text)) == f"{text}<"
    else:
        assert len(pages) == 1, pages


@pytest.mark.parametrize(
    "operation", ["value + '<'", "value % '<'", "value|upper", "value.upper()"]
)
def test_no_operation_in_jinja_makes_text_safe(app: Flask, operation: str) -> None:
    for kind in ("str", "lazy", "gettext_lazy"):
        page = outcome(jinja, app, f"{{{{ {operation} }}}}", value=KINDS[kind][0])
        assert "<" not in page


@pytest.mark.parametrize("engine", RENDERERS)
def test_what_python_makes_of_safe_text_is_text(app: Flask, engine: str) -> None:
    """Too much rather than too little: neither side is asked in these."""
    safe = Markup(UNSAFE)
    for text in ("%s" % safe, f"{safe}", "{}".format(safe), SafeString("") + safe):  # noqa: UP031, UP032
        assert RENDERERS[engine](app, "{{ value }}", value=text) == ESCAPED


#: Safe texts of Django's that are not there yet.
LAZY: dict[str, Callable[[str], Any]] = {
    "mark_safe": lambda text: mark_safe(gettext_lazy(text)),
    "format_html": lambda text: lazy(format_html, str)("{}", SafeString(text)),
    "SafeString": lambda text: lazy(SafeString, SafeString)(text),
    "gettext_lazy": lambda text: gettext_lazy(SafeString(text)),
    "Markup": lambda text: lazy(Markup, Markup)(text),
}


@pytest.mark.parametrize("kind", LAZY)
@pytest.mark.parametrize("text", [UNSAFE, ESCAPED])
@pytest.mark.parametrize(
    "source",
    [
        *("{{ v }}", "{{ [v][0] }}", "{% for x in [v] %}{{ x }}{% endfor %}", "{{ v|default(1) }}"),
        *("{{ v + '<' }}", "{{ '<' + v }}", "{{ v + v }}", "{{ v % () }}", "{{ '<%s'|format(v) }}"),
        *("{{ v|upper }}", "{{ v|e }}", "{{ v|trim|e }}", "{{ v|replace('i', '<') }}"),
        *("{{ 'a<'|replace('a', v) }}", "{{ ('a' * 50)|truncate(30, true, v, 0) }}"),
        *("{{ v.upper() }}", "{{ v.join(['<', '>']) }}"),
        *("{{ ['<', '>']|join(v) }}", "{{ 'a b'|wordwrap(1, wrapstring=v) }}", "{{ v|urlize }}"),
        *("{% set w = v|lower %}{{ w + v }}", "{{ [v]|map('upper')|first }}", "{{ v[1:] }}"),
        "{% macro m(x) %}{{ x }}{{ caller() }}{% endmacro %}{% call m(v) %}{{ v }}{% endcall %}",
        "{% autoescape false %}{{ v }}{% endautoescape %}",
    ],
)
def test_lazy_text_that_is_safe_is_shown_as_other_safe_text(
    app: Flask, source: str, text: str, kind: str
) -> None:
    for frame in ("{}", VOLATILE):
        page = frame.format(source)
        expected = jinja(app, page, v=Markup(text), escapes=True)
        assert jinja(app, page, v=LAZY[kind](text), escapes=True) == expected


@pytest.mark.parametrize("name", ["join", "replace", "truncate", "wordwrap", "format", "indent"])
def test_safe_arguments_of_a_filter_are_taken_alike(app: Flask, name: str) -> None:
    arguments = {
        "join": "(v)",
        "replace": "('b', v)",
        "truncate": "(6, true, v, 0)",
        "wordwrap": "(2, wrapstring=v)",
        "format": "(v, v)",
        "indent": "(v, true)",
    }
    source = f"{{{{ value|{name}{arguments[name]} }}}}"
    for value in ("ab <c>\nd", Markup("ab <c>\nd"), ["<", Markup("<")]):
        pages = {
            outcome(jinja, app, source, value=value, v=kind(UNSAFE), name="join")
            for kind in (Markup, SafeString, LAZY["mark_safe"])
        }
        assert len(pages) == 1, pages


def test_numbers_are_still_numbers(app: Flask) -> None:
    assert jinja(app, "{{ 1 + 2 * a }} {{ 7 % a }} {{ [1] + [a] }}", a=2) == "5 1 [1, 2]"


#: Arguments of Django's filters that need one.
DJANGO_ARGUMENTS = {
    **dict.fromkeys(("add", "cut", "default", "default_if_none", "join", "yesno"), ":'<'"),
    **dict.fromkeys(("center", "ljust", "rjust", "truncatechars", "truncatewords"), ":3"),
    **dict.fromkeys(("truncatechars_html", "truncatewords_html", "wordwrap", "get_digit"), ":3"),
    **dict.fromkeys(("divisibleby", "urlizetrunc"), ":3"),
    **dict.fromkeys(("dictsort", "dictsortreversed"), ":0"),
    "slice": "::2",
    "stringformat": ":'s'",
}


@pytest.mark.parametrize("text", [UNSAFE, ESCAPED, "<b> a b\n<i>"])
@pytest.mark.parametrize("name", sorted(set(register.filters) - {"random"}))
def test_each_filter_of_django_takes_each_safe_string_alike(
    app: Flask, name: str, text: str
) -> None:
    source = f"{{{{ value|{name}{DJANGO_ARGUMENTS.get(name, '')} }}}}"
    expected = outcome(django, app, source, value=SafeString(text))
    for value in (Markup(text), Markup("{}").format(Markup(text))):
        assert outcome(django, app, source, value=value) == expected


#: Places of a value in a context, and how a page of Django's comes to it.
NESTED: dict[str, tuple[Callable[[Any], Any], str]] = {
    "dict": (lambda value: {"value": value}, "{{{{ box.value|{} }}}}"),
    "list": (lambda value: ["<", value], "{{{{ box.1|{} }}}}"),
    "tuple": (lambda value: (value,), "{{% for x in box %}}{{{{ x|{} }}}}{{% endfor %}}"),
    "deep": (
        lambda value: {"a": [({"b": [value]},)]},
        "{{% with c=box.a.0.0 %}}{{{{ c.b.0|{} }}}}{{% endwith %}}",
    ),
    "values": (
        lambda value: {"a": value},
        "{{% for k, v in box.items %}}{{{{ v|{} }}}}{{% endfor %}}",
    ),
}


@pytest.mark.parametrize("place", NESTED)
@pytest.mark.parametrize("name", sorted(set(register.filters) - {"random"}))
def test_each_filter_of_django_takes_a_nested_markup_for_safe(
    app: Flask, name: str, place: str
) -> None:
    make, frame = NESTED[place]
    source = frame.format(f"{name}{DJANGO_ARGUMENTS.get(name, '')}")
    for text in (UNSAFE, ESCAPED):
        expected = outcome(django, app, source, box=make(SafeString(text)))
        assert outcome(django, app, source, box=make(Markup(text))) == expected


@pytest.mark.parametrize("place", NESTED)
def test_no_nested_text_becomes_safe_in_a_page_of_djangos(app: Flask, place: str) -> None:
    make, frame = NESTED[place]
    assert django(app, frame.format("lower"), box=make(UNSAFE), other=Markup("")) == ESCAPED


def test_what_a_page_is_given_stays_as_it_is(app: Flask) -> None:
    """A list with safe text in it is copied, once and when the page asks for it."""
    box: list[Any] = [Markup("<i>"), {"a": 1}]
    box.append(box)
    plain = ["a", ("b",), {"c": "d"}]
    seen: list[Any] = []
    variables = PageVariables({"box": box, "plain": plain, "look": seen.append})
    assert variables["plain"] is plain
    assert variables["box"] is variables["box"] is not box
    assert [type(item) for item in variables["box"][:2]] == [SafeString, dict]
    assert variables["box"][1] is box[1]
    assert type(box[0]) is Markup
    variables["box"] = [Markup("<b>")]
    assert type(variables["box"][0]) is SafeString
    assert type(dict.__getitem__(PageVariables({"box": box}), "box")[0]) is Markup


def test_values_that_hold_each_other_are_looked_through_in_no_time(app: Flask) -> None:
    knot: list[Any] = []
    knot += [knot] * 50
    deep: list[Any] = []
    for _ in range(10_000):
        deep = [deep] * 2
    with within(0.5):
        assert PageVariables({"knot": knot})["knot"] is knot
        assert PageVariables({"deep": deep})["deep"] is deep


def test_a_markup_of_an_object_is_escaped_once_more_by_a_filter(app: Flask) -> None:
    """Too much rather than too little: Django's filters know their own class only."""
    box = SimpleNamespace(value=Markup("<i>"))
    assert django(app, "{{ box.value }}", box=box) == "<i>"
    assert django(app, "{{ box.value|upper }}", box=box) == "&lt;I&gt;"


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


@pytest.mark.parametrize("kind", KINDS)
def test_tojson_takes_each_kind_of_string(app: Flask, kind: str) -> None:
    value = KINDS[kind][0]
    page = jinja(app, "{{ {'a': [value]}|tojson }}", value=value)
    assert not set("<>&'") & set(page)
    assert json.loads(page) == {"a": [str(value)]}
    with app.test_request_context():
        assert jsonify(value).get_json() == str(value)


@pytest.mark.parametrize("name", ["a.html", "a.htm", "a.xml", "a.xhtml", "a.svg", None])
def test_pages_are_escaped_by_their_extension(app: Flask, name: str | None) -> None:
    assert app.select_jinja_autoescape(name)  # type: ignore[arg-type]


SLOW_FILTERS = {
    "jinja": ("urlize", "striptags", "e", "truncate(9)", "wordwrap(7)", "title", "indent"),
    "django": (
        *("urlize", "urlizetrunc:9", "striptags", "escape", "title", "linebreaks", "slugify"),
        *("truncatechars_html:9", "truncatewords_html:9", "truncatewords:9", "wordwrap:7"),
    ),
}
#: What those filters have taken long for, again and again.
FLOODS = (
    *("<", "<!--", "&;", "<a ", "<a", "</a>", "</", "&lt", "&:", "x ", "http://", "a@"),
    *("a.b)", ".;"),
    "*" * 20_000 + ".com",
)


@pytest.mark.parametrize("engine", SLOW_FILTERS)
def test_no_text_takes_the_filters_long(app: Flask, engine: str) -> None:
    floods = [(flood * 20_000)[:50_000] for flood in FLOODS]
    # Django has needed seconds for these, too.
    pairs = ["(" * 20_000 + "www.a.com"]
    pairs += ["<a>" * 20_000 + "</b>" * 20_000, "<a>" * 30_000 + "<a" * 30_000]
    for name in SLOW_FILTERS[engine]:
        for text in (*PATHOLOGICAL, *floods, *pairs):
            with within(1):
                outcome(RENDERERS[engine], app, f"{{{{ value|{name} }}}}", value=text)


@pytest.mark.parametrize("engine", SLOW_FILTERS)
def test_no_number_takes_the_filters_long(app: Flask, engine: str) -> None:
    filters = {
        "jinja": ("int", "float", "float|round(2)", "filesizeformat"),
        "django": ("floatformat", 'floatformat:"9g"', "filesizeformat", "add:1", "intcomma"),
    }
    numbers = ("9" * 20_000, "1e99999999", "-1e-99999999", "0x" + "f" * 20_000, "nan", "1_" * 999)
    load = "{% load humanize %}" if engine == "django" else ""
    with modify_settings(INSTALLED_APPS={"append": "django.contrib.humanize"}):
        for name in filters[engine]:
            for number in (*numbers, "9" * 200_000):
                with within(1):
                    source = f"{load}{{{{ value|{name} }}}}"
                    outcome(RENDERERS[engine], app, source, value=number)


def test_the_debug_extension_escapes(app: Flask) -> None:
    app.jinja_options = {**app.jinja_options, "extensions": ["jinja2.ext.debug"]}
    page = jinja(app, "{% debug %}", value="<script>")
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


@pytest.mark.parametrize("key", ["a b", "a/b", "a>b", "a=b"])
def test_xmlattr_refuses_keys_that_end(app: Flask, key: str) -> None:
    with pytest.raises((ValueError, TemplateRuntimeError)):
        jinja(app, "{{ {key: 'x'}|xmlattr }}", key=key)


def test_mapped_filter_does_not_escape_where_the_page_does_not(app: Flask) -> None:
    source = "{% autoescape false %}{{ [value]|map('replace', 'a', '<')|join }}{% endautoescape %}"
    with app.app_context():
        assert render_template_string(source, value=SafeString("a&")) == "<&"


@pytest.mark.parametrize("engine", RENDERERS)
def test_the_format_of_a_date_shows_no_setting(app: Flask, engine: str) -> None:
    """A format may be the name of one of Django's formats, and of nothing else."""
    add_project_helpers(app.jinja_env)
    source = "{{ day|date(name) }}" if engine == "jinja" else "{{ day|date:name }}"
    context = {"day": datetime(2026, 1, 2), "name": "SECRET_KEY"}
    with override_settings(SECRET_KEY="hidden"):
        assert "hidden" not in RENDERERS[engine](app, source, **context)
    assert RENDERERS[engine](app, source, **{**context, "name": "Y"}) == "2026"
