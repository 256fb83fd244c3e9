"""An album in one file: uploads that one of Django's storages keeps.

Flask: views, ``request.files``, error handlers. Django: a form with a file, storages, the cache,
and responses of its own: a ``TemplateResponse``, which middleware may change, a ``FileResponse``.
"""

from django import forms
from django.contrib.auth.decorators import login_required
from django.core.cache import cache
from django.core.files.storage import default_storage
from django.core.validators import FileExtensionValidator
from django.http import FileResponse, Http404
from django.template.response import TemplateResponse
from django.urls import reverse

from flaskish import Flask, flash, redirect, render_template, request, url_for
from flaskish.bridge.views import django_decorator

app = Flask(__name__)
app.add_template_global(reverse)
app.config["MAX_CONTENT_LENGTH"] = 2_000_000


class Upload(forms.Form):
    picture = forms.FileField(
        label="A picture, up to 2 MB",
        widget=forms.FileInput(attrs={"accept": "image/*"}),
        validators=[FileExtensionValidator(["gif", "jpeg", "jpg", "png", "webp"])],
    )


@app.get("/")
def index(form=None):
    # A template of the project in Django's language; rendered after middleware has seen it.
    return TemplateResponse(
        request,
        "pictures/index.html",
        {"names": names(), "size": cache.get_or_set("size", size, 60), "form": form or Upload()},
        status=422 if form else 200,
    )


@app.post("/")
@django_decorator(login_required)
def upload():
    form = Upload(request.form, request.FILES)
    if not form.is_valid():
        return index(form)
    picture = form.cleaned_data["picture"]
    name = default_storage.save(picture.name, picture)
    cache.delete("size")
    flash(f"{name} is in the album.", "success")
    return redirect(url_for("index"))


@app.get("/<name>")
def show(name):
    if name not in names():
        raise Http404(f"There is no picture {name!r}.")
    return FileResponse(default_storage.open(name))


@app.post("/<name>/delete")
@django_decorator(login_required)
def delete(name):
    if name in names():
        default_storage.delete(name)
        cache.delete("size")
        flash(f"{name} is gone.", "success")
    return redirect(url_for("index"))


@app.errorhandler(404)
@app.errorhandler(413)
def refuse(error):
    return render_template("pictures/error.html", error=error), error.code


def names():
    return sorted(default_storage.listdir("")[1]) if default_storage.exists("") else []


def size():
    return sum(default_storage.size(name) for name in names())
