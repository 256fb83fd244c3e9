"""Behind the scenes in one file: what Django's machinery makes of the applications.

Flask: error handlers, ``app.logger``, streaming. Django: names of views, middleware, exceptions,
connections, ``LOGGING``, static files, the debug page.
"""

import time

from django.conf import settings
from django.contrib.admin.views.decorators import staff_member_required
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.exceptions import BadRequest, PermissionDenied, SuspiciousOperation
from django.db import connection
from django.http import Http404
from django.urls import Resolver404, resolve, reverse

from demo_project.latest_lines import LatestLines
from demo_project.middleware import RouteTimes, ServiceDown
from demo_project.shortener.models import Link
from flaskish import Flask, abort, render_template, request, stream_with_context, url_for
from flaskish.bridge.views import django_decorator

app = Flask(__name__)
app.add_template_global(reverse)

EXCEPTIONS = {
    each.__name__: each for each in (Http404, PermissionDenied, SuspiciousOperation, BadRequest)
}


@app.get("/")
def index():
    return render_template("workshop/index.html", exceptions=EXCEPTIONS)


@app.get("/names")
def names():
    """Show which view answers a path, and how long views took, by their names."""
    path = request.args.get("path", url_for("links:api_list"))
    try:
        match = resolve(path)
    except Resolver404:
        match = None
    times = [
        (name, route, len(seconds), 1000 * sum(seconds) / len(seconds))
        for (name, route), seconds in sorted(RouteTimes.seconds.items())
    ]
    return render_template("workshop/names.html", path=path, match=match, times=times)


@app.get("/middleware")
def middleware():
    return render_template("workshop/middleware.html", middleware=settings.MIDDLEWARE)


@app.get("/outage")
def outage():
    raise ServiceDown("The weather service")


@app.get("/errors/<name>")
def raise_error(name):
    if name not in EXCEPTIONS:
        abort(404)
    raise EXCEPTIONS[name](f"The view raised {name}.")


@app.get("/broken")
def broken():
    return f"Nobody divides by {1 / 0}."


@app.get("/broken-page")
def broken_page():
    return render_template("workshop/broken.html")


@app.get("/log")
@django_decorator(staff_member_required)
def log():
    app.logger.warning("Somebody looks at the log: %s.", request.user)
    return render_template("workshop/log.html", lines=list(LatestLines.lines))


@app.get("/database")
def database():
    """Show the connection: the next request of this thread has the same, until it is too old."""
    return {
        "links": Link.objects.count(),
        "vendor": connection.vendor,
        "in_a_transaction": connection.in_atomic_block,
        "seconds_until_it_is_too_old": round(connection.close_at - time.monotonic()),
    }


@app.get("/stream")
def stream():
    """Send links one by one; the connection stays open until the last."""

    def lines():
        for link in Link.objects.iterator():
            yield f"{link.code}: {link.target}\n"
            time.sleep(0.2)

    return app.response_class(stream_with_context(lines()), mimetype="text/plain")


@app.get("/files")
def files():
    """Show where the style sheet is: here, and among the collected files of the project."""
    return {
        "url_for": url_for("static", filename="site.css"),
        "url_of_django": staticfiles_storage.url("workshop/site.css"),
        "found": finders.find("workshop/site.css") is not None,
        "storage": settings.STORAGES["staticfiles"]["BACKEND"],
    }


@app.errorhandler(400)
@app.errorhandler(403)
@app.errorhandler(404)
def show_error(error):
    return render_template("workshop/error.html", error=error), error.code
