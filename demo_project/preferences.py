"""Preferences in one file: the language and the time zone in which somebody sees the project.

Flask: the session, cookies, Jinja with ``gettext``. Django: translations, for ``LocaleMiddleware``
to choose from, and time zones, which a middleware of the project takes from the session.
"""

from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from flaskish import Flask, flash, redirect, render_template, request, session, url_for

app = Flask(__name__)
app.add_template_global(reverse)

ZONES = ["UTC", "America/New_York", "Europe/Berlin", "Asia/Tokyo"]


class Preferences(forms.Form):
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=[(zone, zone) for zone in ZONES])


@app.get("/")
def index():
    now = timezone.now()
    form = Preferences(
        initial={
            "language": translation.get_language(),
            "time_zone": timezone.get_current_timezone_name(),
        }
    )
    return render_template("preferences/index.html", form=form, now=now)


@app.post("/")
def save():
    form = Preferences(request.form)
    if not form.is_valid():
        return render_template("preferences/index.html", form=form, now=timezone.now()), 422
    language, session["time_zone"] = form.cleaned_data.values()
    # A tuple with a time in it comes back as one; Django's side reads a list with a text.
    session["chosen"] = (language, timezone.now().astimezone(ZoneInfo(session["time_zone"])))
    with translation.override(language):
        flash(translation.gettext("Your preferences are saved."), "success")
    response = redirect(url_for("index"))
    response.set_cookie(settings.LANGUAGE_COOKIE_NAME, language, max_age=365 * 24 * 3600)
    return response
