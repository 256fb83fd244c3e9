"""What Django has for an application's views: forms, storages, mail, the cache, included URLs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django import forms
from django.contrib import messages
from django.contrib.auth import authenticate, login, logout, update_session_auth_hash
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.models import User
from django.core.cache import cache
from django.core.exceptions import BadRequest, PermissionDenied, SuspiciousOperation
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.mail import send_mail
from django.http import Http404
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404
from django.template import engines
from django.template.response import TemplateResponse
from django.test import Client
from django.urls import path, reverse
from django.utils import timezone

from flaskish import Flask, get_flashed_messages, render_template_string, request, url_for

from .conftest import MakeProject

pytestmark = pytest.mark.django_db


@pytest.fixture
def app() -> Flask:
    app = Flask("shop", static_folder=None)
    app.secret_key = "test key"
    return app


@pytest.fixture
def client(app: Flask, make_project: MakeProject) -> Client:
    return make_project(path("shop/", app.urls))


# Functions that want Django's request take Flask's


def test_login_and_logout_count_for_both_sides_at_once(
    app: Flask, client: Client, django_user_model: type[User]
) -> None:
    ada = django_user_model.objects.create_user("ada", password="secret")

    @app.route("/")
    def index() -> list[str]:
        login(request, authenticate(request, username="ada", password="secret"))
        names = [str(request.user), str(request.django.user), render_template_string("{{ user }}")]
        update_session_auth_hash(request, ada)
        logout(request)
        return [*names, str(request.user), str(request.django.user)]

    assert client.get("/shop/").json() == ["ada", "ada", "ada", "AnonymousUser", "AnonymousUser"]


def test_message_form_and_token_take_flasks_request(
    app: Flask, client: Client, django_user_model: type[User]
) -> None:
    django_user_model.objects.create_user("ada", password="secret")

    @app.route("/")
    def index() -> list[Any]:
        messages.info(request, "Hello")
        form = AuthenticationForm(request, {"username": "ada", "password": "secret"})
        return [get_flashed_messages(), form.is_valid(), len(get_token(request))]

    assert client.get("/shop/").json() == [["Hello"], True, 64]


def test_late_and_early_pages_take_flasks_request(app: Flask, client: Client) -> None:
    template = engines["django"].from_string("{{ request.path }} {{ user }}")
    app.add_url_rule("/late", "late", lambda: TemplateResponse(request, template))
    app.add_url_rule("/early", "early", lambda: template.render({}, request))
    assert client.get("/shop/late").content == b"/shop/late AnonymousUser"
    assert client.get("/shop/early").content == b"/early AnonymousUser"


class UploadForm(forms.Form):
    title = forms.CharField()
    sizes = forms.MultipleChoiceField(choices=[("s", "S"), ("l", "L")])
    file = forms.FileField()


FORMS: dict[str, Callable[[], UploadForm]] = {
    "of Django's request": lambda: UploadForm(request.POST, request.FILES),
    "of both": lambda: UploadForm(request.form, request.FILES),
    "of Flask's request": lambda: UploadForm(
        request.form, {"file": request.files["file"].to_django_file()}
    ),
}


@pytest.mark.parametrize("source", FORMS)
def test_form_takes_fields_and_files(app: Flask, client: Client, source: str) -> None:
    @app.post("/")
    def upload() -> dict[str, Any]:
        # Flask's side has read the body before, or Django's middleware has.
        assert request.form["title"] == "Chart"
        form = FORMS[source]()
        assert form.is_valid(), form.errors
        file = form.cleaned_data["file"]
        return {
            "sizes": form.cleaned_data["sizes"],
            "name": file.name,
            "text": file.read().decode(),
        }

    file = SimpleUploadedFile("a.txt", b"content")
    response = client.post("/shop/", {"title": "Chart", "sizes": ["s", "l"], "file": file})
    assert response.json() == {"sizes": ["s", "l"], "name": "a.txt", "text": "content"}


def test_upload_is_saved_by_a_storage(app: Flask, client: Client, tmp_path: Path) -> None:
    storage = FileSystemStorage(str(tmp_path))
    app.add_url_rule(
        "/", "index", lambda: storage.save("x.txt", request.files["file"]), methods=["POST"]
    )
    client.post("/shop/", {"file": SimpleUploadedFile("a.txt", b"content")})
    assert (tmp_path / "x.txt").read_bytes() == b"content"


def test_mail_is_sent_with_a_page_as_its_text(
    app: Flask, client: Client, mailoutbox: list[Any]
) -> None:
    @app.route("/")
    def index() -> str:
        text = render_template_string("See {{ url_for('index', _external=True) }}")
        send_mail("Subject", text, "from@example.com", ["to@example.com"])
        return "sent"

    client.get("/shop/")
    assert mailoutbox[0].body == "See http://testserver/shop/"


def test_cache_of_the_project_is_at_hand(app: Flask, client: Client) -> None:
    app.add_url_rule("/", "index", lambda: str(cache.get_or_set("shop", "made", 60)))
    assert client.get("/shop/").content == b"made"
    cache.set("shop", "changed")
    assert client.get("/shop/").content == b"changed"
    cache.delete("shop")


def test_time_zone_that_middleware_activates_is_current(
    app: Flask, make_project: MakeProject
) -> None:
    app.add_url_rule("/", "index", lambda: str(timezone.get_current_timezone()))
    client = make_project(path("shop/", app.urls), MIDDLEWARE=[f"{__name__}.berlin"])
    assert client.get("/shop/").content == b"Europe/Berlin"


def berlin(get_response: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def middleware(http_request: Any) -> Any:
        with timezone.override("Europe/Berlin"):
            return get_response(http_request)

    return middleware


EXCEPTIONS = [
    (Http404("x"), 404),
    (PermissionDenied("x"), 403),
    (SuspiciousOperation("x"), 400),
    (BadRequest("x"), 400),
]


@pytest.mark.parametrize(("error", "code"), EXCEPTIONS)
def test_exception_of_django_is_an_http_error(
    app: Flask, client: Client, error: Exception, code: int
) -> None:
    @app.route("/")
    def index() -> str:
        raise error

    assert client.get("/shop/").status_code == code


@pytest.mark.parametrize(("error", "code"), EXCEPTIONS)
def test_exception_of_django_reaches_the_handler_of_its_code(
    app: Flask, client: Client, error: Exception, code: int
) -> None:
    @app.route("/")
    def index() -> str:
        raise error

    app.register_error_handler(code, lambda found: f"by code {found.code}")
    assert client.get("/shop/").content == f"by code {code}".encode()


def test_handler_of_the_exception_itself_comes_first(app: Flask, client: Client) -> None:
    @app.route("/")
    def index() -> str:
        raise PermissionDenied("not you")

    app.register_error_handler(403, lambda error: "by code")
    app.register_error_handler(PermissionDenied, lambda error: f"by class: {error}")
    assert client.get("/shop/").content == b"by class: not you"


def test_object_that_is_not_there_is_the_applications_404(app: Flask, client: Client) -> None:
    app.register_error_handler(404, lambda error: ("not in the shop", 404))
    app.add_url_rule("/<int:pk>", "user", lambda pk: get_object_or_404(User, pk=pk).username)
    assert client.get("/shop/5").content == b"not in the shop"


# URLs of Django's inside the application


@pytest.fixture
def with_accounts(app: Flask, make_project: MakeProject) -> Client:
    app.include("accounts/", "django.contrib.auth.urls")
    app.add_url_rule("/me", "me", lambda: str(request.user))
    app.register_error_handler(404, lambda error: ("not in the shop", 404))
    return make_project(path("shop/", app.urls), LOGIN_REDIRECT_URL="/shop/me")


def test_included_views_log_in(with_accounts: Client, django_user_model: type[User]) -> None:
    django_user_model.objects.create_user("ada", password="secret")
    form = {"username": "ada", "password": "secret"}
    response = with_accounts.post("/shop/accounts/login/", form, follow=True)
    assert response.redirect_chain == [("/shop/me", 302)]
    assert response.content == b"ada"


def test_included_names_are_found_by_both_sides(app: Flask, with_accounts: Client) -> None:
    assert reverse("shop:login") == "/shop/accounts/login/"
    with app.test_request_context("/"):
        assert url_for("shop:login") == "/shop/accounts/login/"


def test_url_that_the_included_ones_lack_is_the_applications_404(with_accounts: Client) -> None:
    assert with_accounts.get("/shop/accounts/nothing/").content == b"not in the shop"
