"""A link shortener in one file: HTML pages, a JSON API, and the import of a file of links.

Flask: everything below is as Flask's documentation shows it. Django: the project's models, users,
messages, session and CSRF protection.
"""

import csv
import io

import click
from django.apps import apps
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.urls import reverse

from demo_project.shortener.models import Link
from flaskish import (
    Flask,
    abort,
    flash,
    jsonify,
    redirect,
    render_template,
    request,
    session,
    stream_with_context,
    url_for,
)
from flaskish.bridge.views import django_decorator
from flaskish.werkzeug.exceptions import HTTPException

app = Flask(__name__)
app.config["MAX_CONTENT_LENGTH"] = 1_000_000
app.add_template_global(reverse)

if apps.is_installed("django_htmx"):
    # With settings_tools.py only: the list of links follows what is typed.
    from django_htmx.jinja import htmx_script

    app.add_template_global(htmx_script)

#: Short names that would stand for a page of this application.
RESERVED = {"api", "archive", "import", "mine", "new", "static"}

# URLs of Django's, with a class-based view behind them.
app.include("archive/", "demo_project.shortener.urls")


@app.get("/")
def index():
    links = Link.objects.filter(title__icontains=request.args.get("title", ""))[:20]
    # An attribute that middleware sets on Django's request, if the project has it.
    is_part = getattr(request, "htmx", False)
    return render_template("links/_found.html" if is_part else "links/index.html", links=links)


@app.get("/mine")
@django_decorator(login_required)
def mine():
    return render_template("links/mine.html", links=request.user.links.all())


@app.route("/new", methods=["GET", "POST"])
@django_decorator(login_required)
def new():
    errors = {}
    if request.method == "POST":
        link, errors = create_link(request.form, request.user)
        if link:
            flash(f"{link} now has the short address {short_url(link)}.", "success")
            return redirect(url_for("show", code=link.code))
    return render_template("links/new.html", errors=errors), 422 if errors else 200


@app.post("/import")
@django_decorator(login_required)
def import_file():
    """Take a CSV file with an address and, if wanted, a title in each row."""
    upload = request.files["file"]
    try:
        rows = [row for row in csv.reader(io.StringIO(upload.read().decode())) if row]
    except (UnicodeDecodeError, csv.Error):
        flash(f"{upload.filename!r} is not a CSV file.", "error")
        return redirect(url_for("new"))
    results = [create_link(read_row(*row), request.user) for row in rows]
    created = sum(link is not None for link, errors in results)
    flash(f"{created} of {len(rows)} addresses became links.", "success" if created else "error")
    return redirect(url_for("mine"))


@app.get("/<code>")
@transaction.non_atomic_requests
def follow(code):
    if not Link.objects.filter(code=code).update(visits=F("visits") + 1):
        abort(404)
    return redirect(Link.objects.get(code=code).target)


@app.get("/<code>/info")
def show(code):
    link = find_link(code)
    # In the session of the project, where its home page finds it.
    session["seen"] = [code, *(each for each in session.get("seen", []) if each != code)][:3]
    return render_template("links/show.html", link=link)


@app.post("/<code>/delete")
@django_decorator(login_required)
def delete(code):
    link = find_link(code)
    if link.owner != request.user:
        abort(403)
    link.delete()
    flash(f"{link} is gone.", "success")
    return redirect(url_for("mine"))


@app.get("/links.csv")
@django_decorator(login_required)
def export():
    """Send a file while its rows come from the database."""

    def lines():
        for link in request.user.links.iterator():
            row = io.StringIO()
            csv.writer(row).writerow([link.target, link.title])
            yield row.getvalue()

    return app.response_class(stream_with_context(lines()), mimetype="text/csv")


@app.get("/api/links")
def api_list():
    return jsonify([as_json(link) for link in Link.objects.all()])


@app.get("/api/links/<code>")
def api_show(code):
    return as_json(find_link(code))


@app.post("/api/links")
def api_create():
    if not request.user.is_authenticated:
        abort(401, "Log in first.")
    fields = request.get_json()
    if not isinstance(fields, dict):
        abort(422, "Send a JSON object.")
    link, errors = create_link(fields, request.user)
    if errors:
        return {"errors": errors}, 422
    return as_json(link), 201, {"Location": url_for("api_show", code=link.code)}


@app.put("/api/links/<code>/title")
def api_rename(code):
    link = find_link(code)
    if link.owner is None or link.owner != request.user:
        abort(403)
    link.title = str(request.get_json())[:100]
    link.save()
    return as_json(link)


@app.post("/api/links/import")
def api_import():
    """Make links of a list of addresses: all or none, because the request is a transaction."""
    if not request.user.is_authenticated:
        abort(401, "Log in first.")
    targets = request.get_json()
    if not isinstance(targets, list):
        abort(422, "Send a JSON list.")
    links = []
    for target in targets:
        link, errors = create_link({"target": target}, request.user)
        if errors:
            abort(422, f"{target!r} does not become a link, so none did.")
        links.append(as_json(link))
    return links, 201


@app.errorhandler(HTTPException)
def show_error(error):
    if request.path.startswith("/api/"):
        return {"error": error.description}, error.code
    return render_template("links/error.html", error=error), error.code


@app.cli.command("import")
@click.argument("file", type=click.File())
@transaction.atomic
def import_command(file):
    """Make links of a CSV FILE: manage.py flask --app links import links.csv"""
    for row in filter(None, csv.reader(file)):
        link, errors = create_link(read_row(*row), owner=None)
        if link:
            click.echo(f"{row[0]} is {url_for('follow', code=link.code)}")
        else:
            click.secho(f"{row[0]} is no link: {errors}", fg="red", err=True)


@app.template_global()
def short_url(link):
    return url_for("follow", code=link.code, _external=True)


def create_link(fields, owner):
    """Make a link of a form, a row of a file or a JSON object; return it and the errors."""
    link = Link(target=fields.get("target", ""), title=fields.get("title", ""), owner=owner)
    link.code = fields.get("code") or link.code
    if link.code in RESERVED:
        return None, {"code": ["This name is taken."]}
    try:
        link.full_clean()
    except ValidationError as error:
        return None, error.message_dict
    link.save()
    return link, {}


def read_row(target, title="", *ignored):
    return {"target": target, "title": title}


def find_link(code):
    return Link.objects.filter(code=code).first() or abort(404)


def as_json(link):
    return {
        "code": link.code,
        "target": link.target,
        "title": link.title,
        "short_url": short_url(link),
        "visits": link.visits,
        "created": link.created,
    }
