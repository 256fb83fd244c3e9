"""A webhook in one file: another service, say a chat bot, sends an address and gets a short link.

Flask: a JSON API with its own error answers. Django: the project's models; its CSRF protection is
off for the one view that a signature protects.
"""

import hashlib
import hmac

from django.conf import settings
from django.core.exceptions import ValidationError
from django.views.decorators.csrf import csrf_exempt

from demo_project.shortener.models import Link
from flaskish import Flask, abort, request, url_for
from flaskish.bridge.views import django_decorator
from flaskish.werkzeug.exceptions import HTTPException

app = Flask(__name__)


@app.get("/")
def describe():
    return {
        "POST": url_for("shorten", _external=True),
        "body": {"target": "https://example.com/", "title": "optional"},
        "headers": {"X-Signature": "sha256= and the HMAC of the body with the shared secret"},
    }


@app.post("/shorten")
@django_decorator(csrf_exempt)
def shorten():
    check_signature()
    fields = request.get_json()
    if not isinstance(fields, dict):
        abort(422, "Send a JSON object.")
    link = Link(target=fields.get("target", ""), title=fields.get("title", ""))
    try:
        link.full_clean()
    except ValidationError as error:
        abort(422, "; ".join(error.messages))
    link.save()
    # The URL of another application of the project, by its Django name.
    path = url_for("links:follow", code=link.code)
    return {"short_url": request.build_absolute_uri(path)}, 201


def check_signature():
    secret = settings.SHORTENER_HOOK_SECRET.encode()
    wanted = hmac.new(secret, request.get_data(), hashlib.sha256).hexdigest()
    given = request.headers.get("X-Signature", "")
    if not hmac.compare_digest(given.encode(), f"sha256={wanted}".encode()):
        abort(401, "The signature is missing or wrong.")


@app.errorhandler(HTTPException)
def answer_error(error):
    return {"error": error.description}, error.code
