"""Requests that are transactions, and errors that the application answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.http import Http404
from django.test import AsyncClient, Client, RequestFactory
from django.urls import path, resolve

from flaskish import Flask, abort, redirect

from .conftest import MakeProject

pytestmark = pytest.mark.django_db


def create_user() -> None:
    User.objects.create_user("ada")


@pytest.fixture
def app() -> Flask:
    app = Flask("shop")

    @app.errorhandler(404)
    @app.errorhandler(403)
    @app.errorhandler(LookupError)
    def handle(error: Exception) -> tuple[str, int]:
        return f"handled with {User.objects.count()} user", 418

    return app


@pytest.fixture
def client(app: Flask, make_project: MakeProject, monkeypatch: pytest.MonkeyPatch) -> Client:
    monkeypatch.setitem(connection.settings_dict, "ATOMIC_REQUESTS", True)
    return make_project(path("shop/", app.urls))


def fail_with(error: Exception) -> Callable[[], str]:
    def view() -> str:
        create_user()
        raise error

    return view


def abort_with(answer: Any) -> Callable[[], str]:
    def view() -> str:
        create_user()
        abort(answer)

    return view


@pytest.mark.parametrize(
    "view",
    [
        pytest.param(fail_with(LookupError()), id="error"),
        pytest.param(fail_with(Http404()), id="Http404"),
        pytest.param(fail_with(PermissionDenied()), id="PermissionDenied"),
        pytest.param(abort_with(404), id="abort"),
    ],
)
def test_request_is_rolled_back_when_an_error_handler_answers(
    app: Flask, client: Client, view: Callable[[], str]
) -> None:
    app.add_url_rule("/", "index", view)
    response = client.get("/shop/")
    assert (response.status_code, response.content) == (418, b"handled with 1 user")
    assert not User.objects.exists()


def test_request_is_rolled_back_when_an_http_error_answers_by_itself(
    app: Flask, client: Client
) -> None:
    app.add_url_rule("/", "index", abort_with(409))
    assert client.get("/shop/").status_code == 409
    assert not User.objects.exists()


def test_request_is_rolled_back_when_the_handler_of_500_answers(app: Flask, client: Client) -> None:
    app.register_error_handler(500, lambda error: ("sorry", 500))
    app.add_url_rule("/", "index", fail_with(ValueError()))
    client.raise_request_exception = False
    assert client.get("/shop/").content == b"sorry"
    assert not User.objects.exists()


def test_request_is_rolled_back_when_django_answers(app: Flask, client: Client) -> None:
    app.add_url_rule("/", "index", fail_with(ValueError()))
    client.raise_request_exception = False
    assert client.get("/shop/").status_code == 500
    assert not User.objects.exists()


def test_request_is_rolled_back_when_what_follows_the_view_fails(
    app: Flask, client: Client
) -> None:
    @app.after_request
    def fail(response: Any) -> Any:
        raise ValueError

    app.register_error_handler(500, lambda error: ("sorry", 500))
    app.add_url_rule("/", "index", lambda: create_user() or "created")
    client.raise_request_exception = False
    assert client.get("/shop/").status_code == 500
    assert not User.objects.exists()


@pytest.mark.parametrize(
    "view",
    [
        pytest.param(lambda: create_user() or "created", id="answer"),
        pytest.param(lambda: create_user() or ("no", 404), id="answer with an error's status"),
        pytest.param(lambda: abort_with(redirect("/"))(), id="abort with a redirect"),
    ],
)
def test_request_is_committed_when_the_view_answers(
    app: Flask, client: Client, view: Callable[[], Any]
) -> None:
    app.add_url_rule("/", "index", view)
    client.get("/shop/")
    assert User.objects.exists()


def test_what_waits_for_the_commit_runs_after_it(
    app: Flask, client: Client, django_capture_on_commit_callbacks: Any
) -> None:
    done = []
    app.add_url_rule("/", "later", lambda: str(transaction.on_commit(lambda: done.append("done"))))
    with django_capture_on_commit_callbacks(execute=True):
        client.get("/shop/")
        assert not done
    assert done == ["done"]


def test_non_atomic_requests_is_respected(app: Flask, client: Client) -> None:
    app.add_url_rule("/", "index", transaction.non_atomic_requests(abort_with(404)))
    assert client.get("/shop/").status_code == 418
    assert User.objects.exists()


def test_request_that_a_test_made_leaves_its_transaction_alone(app: Flask, client: Client) -> None:
    app.add_url_rule("/", "index", abort_with(404))
    view = resolve("/shop/").func
    assert view(RequestFactory().get("/shop/")).status_code == 418
    assert User.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_async_view_is_rolled_back_too(app: Flask, client: Client, settings: Any) -> None:
    @app.route("/")
    async def index() -> str:
        await sync_to_async(create_user)()
        raise LookupError

    assert async_to_sync(AsyncClient().get)("/shop/").status_code == 418
    assert not User.objects.exists()
