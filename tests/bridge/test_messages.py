"""Flashed messages and Django's: one queue in a project."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.test import Client
from django.urls import path
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy
from markupsafe import Markup

from flaskish import Flask, flash, get_flashed_messages, message_flashed, session

from .conftest import MIDDLEWARE, MakeProject

pytestmark = pytest.mark.django_db


class Both:
    """A project with one Flask view and one native one, each of which does what a test says."""

    def __init__(self, make_project: MakeProject, **settings: Any) -> None:
        self.step: Callable[..., Any] = lambda: None
        self.seen: Any = None
        self.app = Flask("shop")
        self.app.secret_key = "test key"
        self.app.add_url_rule("/", "index", self._flask_view)
        self.client = make_project(
            path("shop/", self.app.urls),
            path("native/", self._native_view),
            path("admin/", admin.site.urls),
            **settings,
        )

    def _flask_view(self) -> str:
        self.seen = self.step()
        return "flask"

    def _native_view(self, http_request: HttpRequest) -> HttpResponse:
        self.seen = self.step(http_request)
        return HttpResponse("native")

    def in_flask(self, step: Callable[[], Any]) -> Any:
        self.step = step
        self.client.get("/shop/")
        return self.seen

    def in_django(self, step: Callable[[HttpRequest], Any]) -> Any:
        self.step = step
        self.client.get("/native/")
        return self.seen


@pytest.fixture
def both(make_project: MakeProject) -> Both:
    return Both(make_project)


def take_all() -> Any:
    return get_flashed_messages(with_categories=True)


def list_native(http_request: HttpRequest) -> list[tuple[int, str, str]]:
    return [(each.level, each.tags, str(each)) for each in messages.get_messages(http_request)]


@pytest.mark.parametrize(
    ("category", "level", "tags"),
    [
        ("message", messages.INFO, "message flashed info"),
        ("info", messages.INFO, "info"),
        ("success", messages.SUCCESS, "success"),
        ("warning", messages.WARNING, "warning"),
        ("error", messages.ERROR, "error"),
        ("danger", messages.ERROR, "danger flashed error"),
        ("own kind", messages.INFO, "own kind flashed info"),
    ],
)
def test_category_becomes_a_level_and_comes_back(
    both: Both, category: str, level: int, tags: str
) -> None:
    both.in_flask(lambda: flash("Saved.", category))
    assert both.in_django(list_native) == [(level, tags, "Saved.")]
    both.in_flask(lambda: flash("Saved.", category))
    assert both.in_flask(take_all) == [(category, "Saved.")]


@pytest.mark.parametrize(
    ("level", "extra_tags", "category"),
    [
        (messages.INFO, "", "info"),
        (messages.SUCCESS, "", "success"),
        (messages.ERROR, "urgent", "error"),
        (35, "", "message"),
    ],
)
def test_native_message_has_the_category_of_its_level(
    both: Both, level: int, extra_tags: str, category: str
) -> None:
    both.in_django(lambda http_request: messages.add_message(http_request, level, "x", extra_tags))
    assert both.in_flask(take_all) == [(category, "x")]


def test_tags_of_the_project_are_categories(make_project: MakeProject) -> None:
    both = Both(make_project, MESSAGE_TAGS={messages.ERROR: "alert"})
    both.in_flask(lambda: flash("x", "alert"))
    assert both.in_django(lambda request: next(iter(list_native(request)))[0]) == messages.ERROR
    both.in_flask(lambda: flash("y", "error"))
    assert both.in_flask(take_all) == [("error", "y")]


def test_messages_of_both_sides_are_one_queue_in_order(both: Both) -> None:
    both.in_flask(lambda: flash("first", "info"))
    both.in_django(lambda http_request: messages.error(http_request, "second"))
    both.in_flask(lambda: flash("third"))
    assert both.in_flask(take_all) == [
        ("info", "first"),
        ("error", "second"),
        ("message", "third"),
    ]
    assert both.in_django(list_native) == []


def test_messages_are_taken_once_and_stay_for_the_request(both: Both) -> None:
    both.in_flask(lambda: flash("x"))
    assert both.in_flask(lambda: (get_flashed_messages(), get_flashed_messages())) == (["x"], ["x"])
    assert both.in_flask(take_all) == []


def test_category_filter_drops_the_others(both: Both) -> None:
    both.in_flask(lambda: (flash("a", "info"), flash("b", "error")))
    assert both.in_flask(lambda: get_flashed_messages(category_filter=["error"])) == ["b"]
    assert both.in_flask(take_all) == []


def test_message_flashed_after_the_queue_was_read_waits_for_the_next_request(both: Both) -> None:
    def step() -> Any:
        flash("now")
        seen = get_flashed_messages()
        flash("later")
        return seen, get_flashed_messages()

    assert both.in_flask(step) == (["now"], ["now"])
    assert both.in_flask(get_flashed_messages) == ["later"]


@pytest.mark.parametrize(
    ("message", "text"),
    [
        (Markup("<b>x</b>"), Markup("<b>x</b>")),
        (mark_safe("<b>x</b>"), Markup("<b>x</b>")),
        ("<b>x</b>", "<b>x</b>"),
        (gettext_lazy("x"), "x"),
        ({"title": "x", "pair": (1, 2)}, {"title": "x", "pair": (1, 2)}),
    ],
)
def test_message_comes_back_as_what_it_was(both: Both, message: Any, text: Any) -> None:
    both.in_flask(lambda: flash(message))
    ((_, read),) = both.in_flask(take_all)
    assert read == text
    assert type(read) is type(text)


def test_safe_message_is_safe_for_django_and_others_are_escaped(both: Both) -> None:
    both.in_flask(lambda: (flash(Markup("<b>safe</b>")), flash("<i>unsafe</i>")))
    page = both.in_django(lambda request: render(request, "admin/base.html").content.decode())
    assert "<b>safe</b>" in page
    assert "&lt;i&gt;unsafe&lt;/i&gt;" in page


def test_flashed_message_shows_in_the_admin(both: Both, admin_client: Client) -> None:
    both.client.cookies = admin_client.cookies
    both.in_flask(lambda: flash("Order taken.", "success"))
    page = both.client.get("/admin/").content.decode()
    assert '<li class="success">Order taken.</li>' in page


def test_message_below_the_projects_level_is_dropped(make_project: MakeProject) -> None:
    both = Both(make_project, MESSAGE_LEVEL=messages.WARNING)
    both.in_flask(lambda: (flash("a", "info"), flash("b", "error")))
    assert both.in_flask(get_flashed_messages) == ["b"]


def test_signal_is_sent_for_messages_in_djangos_queue(both: Both) -> None:
    seen = []

    def note(sender: Flask, message: str, category: str) -> None:
        seen.append((sender, message, category))

    with message_flashed.connected_to(note):
        both.in_flask(lambda: flash("x", "info"))
    assert seen == [(both.app, "x", "info")]


@pytest.mark.parametrize("middleware", [MIDDLEWARE[:5], []], ids=["session", "nothing"])
def test_without_the_middleware_messages_are_in_the_session(
    make_project: MakeProject, middleware: list[str]
) -> None:
    both = Both(make_project, MIDDLEWARE=middleware)

    def step() -> Any:
        flash("x", "info")
        return session["_flashes"]

    assert both.in_flask(step) == [("info", "x")]
    assert both.in_flask(take_all) == [("info", "x")]
    assert both.in_flask(take_all) == []


@pytest.mark.parametrize("step", [get_flashed_messages, lambda: flash("x")], ids=["read", "write"])
@pytest.mark.parametrize("storage", ["cookie.CookieStorage", "fallback.FallbackStorage"])
def test_page_varies_by_cookie_wherever_the_messages_are(
    make_project: MakeProject, storage: str, step: Callable[[], Any]
) -> None:
    both = Both(make_project, MESSAGE_STORAGE=f"django.contrib.messages.storage.{storage}")
    both.in_flask(lambda: flash("x"))
    both.step = step
    assert both.client.get("/shop/")["Vary"] == "Cookie"
    both.step = lambda: None
    assert "Vary" not in both.client.get("/shop/")


def test_page_varies_by_cookie_without_sessions_of_the_project(make_project: MakeProject) -> None:
    both = Both(
        make_project,
        MESSAGE_STORAGE="django.contrib.messages.storage.cookie.CookieStorage",
        MIDDLEWARE=["django.contrib.messages.middleware.MessageMiddleware"],
    )
    both.step = get_flashed_messages
    assert both.client.get("/shop/")["Vary"] == "Cookie"
