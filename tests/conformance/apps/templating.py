"""Templates: escaping by extension, inheritance, globals, filters, streams, errors."""

from pathlib import Path

from flask import (
    Flask,
    flash,
    g,
    get_template_attribute,
    render_template,
    render_template_string,
    request,
    session,
    stream_template,
    stream_template_string,
)
from markupsafe import Markup

app = Flask(__name__, static_folder=None, root_path=str(Path(__file__).resolve().parent))
app.config.update(PROPAGATE_EXCEPTIONS=False, SECRET_KEY="k", TITLE="The <title>")


@app.before_request
def word():
    g.word = "g & word"


@app.context_processor
def values():
    return {"title": "from processor", "processed": True}


@app.template_filter()
def reverse(text):
    return text[::-1]


@app.template_filter("bang")
def add_bang(text, times=1):
    return text + "!" * times


@app.template_test("long")
def is_long(text):
    return len(text) > 3


@app.template_global()
def double(number):
    return number * 2


@app.route("/page/<name>")
def page(name):
    flash("a <flash>", "info")
    session["x"] = "y"
    return render_template(
        "page.html",
        items=request.args.getlist("item"),
        data={"</script>": name, "list": [1, None]},
        **({"title": name} if name != "none" else {}),
    )


@app.route("/file/<name>")
def file(name):
    return render_template(name, value=Markup("<b>") if "safe" in request.args else "<&'\">")


@app.route("/choice")
def choice():
    return render_template(["missing.html", "plain.txt"], value="<x>")


STRINGS = {
    "escape": "{{ '<a>' }}|{{ '<a>'|safe }}|{{ markup }}",
    "filters": "{{ 'abc'|reverse|bang(2) }} {{ 'abcd' is long }} {{ double(4) }}",
    "tojson": "{{ {'b': '</script>', 'a': [1, \"'\"]}|tojson }} {{ 'ü'|tojson }}",
    "globals": "{{ request.method }} {{ config.TITLE }} {{ g.word }} {{ session.x }} {{ title }}",
    "url": "{{ url_for('page', name='x', _external=true, _anchor='ä') }}",
    "whitespace": "a\n{% if true %}\nb\n{% endif %}\nc\n",
    "undefined": "[{{ missing }}]{{ missing.attribute }}",
    "syntax": "{% for %}",
    "autoescape": "{% autoescape false %}{{ '<b>' }}{% endautoescape %}",
    "loop": "{% for i in range(4) %}{% if i is even %}{% continue %}{% endif %}{{ i }}{% endfor %}",
    "join": "{{ ['<', markup]|join(', ') }} {{ 'a'|upper }} {{ items|default('none') }}",
    "unicode": "ü {{ 'é' }} \u2028",
    "dump": "{{ get_flashed_messages() }} {{ self }}",
}


@app.route("/string/<name>")
def string(name):
    return render_template_string(STRINGS[name], markup=Markup("<i>"))


@app.route("/stream/<name>")
def stream(name):
    if name in STRINGS:
        return stream_template_string(STRINGS[name], markup=Markup("<i>"))
    return stream_template("page.html", items=["a", "b"], data={}, title=name)


@app.route("/macro")
def macro():
    return get_template_attribute("macros.html", "field")("x")
