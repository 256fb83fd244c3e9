"""Django's view decorators on Flask views, a small view for each of them.

Flask: View Decorators. Django: ``django.views.decorators``, ``django.contrib.auth.decorators`` and
``django.db.transaction``.
"""

import inspect

from django.contrib.auth.decorators import login_required, permission_required, user_passes_test
from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import cache_page, never_cache
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_http_methods
from django.views.decorators.vary import vary_on_headers

from demo_project.shortener.models import Link
from flaskish import Flask, abort, render_template, request
from flaskish.bridge.views import django_decorator

app = Flask(__name__)
app.add_template_global(reverse)


@app.get("/")
def index():
    return render_template("decorators/index.html")


# Who may see a page


@app.get("/members")
@django_decorator(login_required)
def members():
    return show(f"You are logged in as {request.user}.")


@app.get("/editors")
@django_decorator(permission_required("shortener.change_link", raise_exception=True))
def editors():
    return show("You may change links.")


@app.get("/staff")
@django_decorator(user_passes_test(lambda user: user.is_staff))
def staff():
    return show("You belong to the staff.")


# Requests that other sites forge


@app.post("/protected")
@django_decorator(csrf_protect)
def protected():
    return show("The form came with its token. Without the middleware it would need it, too.")


@app.post("/exempt")
@csrf_exempt
def exempt():
    return show("The form came without a token, as those of other programs do.")


# Caches


@app.get("/cached")
@django_decorator(cache_page(60))
def cached():
    return show(f"This page was made at {now()}. It is kept for a minute.")


@app.get("/fresh")
@django_decorator(never_cache)
def fresh():
    return show(f"This page was made at {now()}. Nobody may keep it.")


@app.get("/varied")
@django_decorator(vary_on_headers("Accept"))
def varied():
    if request.accept_mimetypes.best_match(["text/html", "application/json"]) == "text/html":
        return show("A program that accepts JSON gets JSON here. Caches keep both.")
    return {"made": timezone.now()}


# Methods, frames and size


@app.route("/asked", methods=["GET", "PUT"])
@django_decorator(require_http_methods(["GET"]))
def asked():
    return show("The rule takes PUT as well; the decorator refuses it.")


@app.get("/framed")
@django_decorator(xframe_options_exempt)
def framed():
    return render_template("decorators/framed.html")


@app.get("/zipped")
@django_decorator(gzip_page)
def zipped():
    return show("The same sentence again and again is sent as a few bytes. " * 50)


# Transactions and secrets


@app.post("/atomic")
@django_decorator(transaction.atomic)
def atomic():
    Link.objects.update(visits=F("visits") + 1)
    abort(409, "All links were visited, and then it failed: no visit is counted.")


@app.post("/not-atomic")
@transaction.non_atomic_requests
def not_atomic():
    Link.objects.update(visits=F("visits") + 1)
    abort(409, "All links were visited, and then it failed: the visits are counted all the same.")


@app.post("/secret")
@django_decorator(sensitive_post_parameters("pin"))
def secret():
    raise ValueError("The report of this error hides the PIN from the admins.")


@app.errorhandler(403)
@app.errorhandler(405)
@app.errorhandler(409)
def show_error(error):
    return render_template("decorators/error.html", error=error), error.code


def show(text):
    """Show what a view has to say, and the view itself."""
    source = inspect.getsource(app.view_functions[request.endpoint])
    return render_template("decorators/shown.html", text=text, source=source)


def now():
    return timezone.localtime().strftime("%H:%M:%S")
