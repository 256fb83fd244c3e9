"""A help desk in one file: what Django has for forms, mail and caching, in Flask views.

Flask: views, the session, flashed messages, context processors, Jinja. Django: a form, mail,
translations, time zones, the cache, a class-based view and templates of the project.
"""

from django import forms
from django.contrib import admin
from django.contrib.auth.decorators import permission_required
from django.contrib.auth.views import PasswordChangeView
from django.core.mail import send_mail
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import cache_page

from demo_project.shortener.models import Link
from flaskish import Flask, flash, redirect, render_template, request, session, url_for
from flaskish.bridge.views import django_decorator, django_view

app = Flask(__name__)
app.add_template_global(reverse)

# One of Django's views, at a URL of this application.
app.add_url_rule(
    "/password",
    "password",
    django_view(PasswordChangeView.as_view(success_url=reverse_lazy("home"))),
)


class Question(forms.Form):
    email = forms.EmailField(label=_("Your address"))
    text = forms.CharField(label=_("Your question"), widget=forms.Textarea(attrs={"rows": 4}))


@app.route("/", methods=["GET", "POST"])
def contact():
    question = Question(request.form or None)
    if question.is_valid():
        email, text = question.cleaned_data["email"], question.cleaned_data["text"]
        send_mail("A question", text, email, ["desk@example.com"])
        session["asked"] = (email, timezone.now())
        flash(gettext("Thank you. We will answer soon."), "success")
        return redirect(url_for("contact"))
    return render_template("desk/contact.html", question=question), 422 if question.errors else 200


@app.get("/status")
@django_decorator(cache_page(60))
def status():
    return {"links": Link.objects.count(), "as_of": timezone.now()}


@app.get("/untitled")
@django_decorator(permission_required("shortener.change_link", raise_exception=True))
def untitled():
    # A template of the project, in Django's language, which extends one of the admin.
    values = admin.site.each_context(request)
    return render_template("untitled.html", **values, links=Link.objects.filter(title=""))


@app.context_processor
def opening_hours():
    # For pages in Jinja and in Django's language.
    return {"opening_hours": _("We answer on weekdays from 9 to 17.")}


@app.errorhandler(403)
def refuse(error):
    return render_template("desk/refused.html", error=error), 403
