"""Several applications in one process, one at two prefixes, and applications without a key.

Flask: Application Dispatching. Django: ``include()`` with namespaces.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponse
from django.test import override_settings
from django.urls import clear_url_caches, path, reverse

from flaskish import (
    Flask,
    current_app,
    flash,
    g,
    get_flashed_messages,
    render_template,
    request,
    session,
    url_for,
)
from flaskish.werkzeug.test import Client

from .both_ways import WAYS, asking


@contextmanager
def project(*patterns: Any, **settings: Any) -> Iterator[Client]:
    """Give a client of a project with these URL patterns."""
    urls = ModuleType("urls")
    urls.__dict__["urlpatterns"] = patterns
    with override_settings(ROOT_URLCONF=urls, **settings):
        clear_url_caches()
        yield Client(WSGIHandler())
    clear_url_caches()


@pytest.fixture
def shop() -> Flask:
    shop = Flask("shop")
    shop.config["PROPAGATE_EXCEPTIONS"] = True
    shop.add_url_rule("/", "index", lambda: f"{request.script_root} {url_for('cart', id=1)}")
    shop.add_url_rule("/cart/<int:id>", "cart", lambda id: str(id))
    shop.add_url_rule("/count", "count", count)
    return shop


def count() -> str:
    session["count"] = session.get("count", 0) + 1
    return str(session["count"])


# Mounted twice


def test_each_mount_builds_urls_of_its_own(shop: Flask) -> None:
    with project(path("a/", shop.urls), path("b/deep/", shop.urls)) as client:
        assert client.get("/a/").text == "/a /a/cart/1"
        assert client.get("/b/deep/").text == "/b/deep /b/deep/cart/1"
        assert client.get("/a/cart/7").text == client.get("/b/deep/cart/7").text == "7"
        assert client.get("/c/").status_code == 404


def test_redirects_stay_in_the_mount(shop: Flask) -> None:
    shop.add_url_rule("/slash/", "slash", lambda: "")
    with project(path("a/", shop.urls), path("b/", shop.urls)) as client:
        assert client.get("/a/slash").location == "http://localhost/a/slash/"
        assert client.get("/b/slash").location == "http://localhost/b/slash/"


def test_namespace_leads_to_one_of_the_mounts(shop: Flask) -> None:
    with project(path("a/", shop.urls), path("b/", shop.urls)):
        assert reverse("shop:cart", kwargs={"id": 1}) in {"/a/cart/1", "/b/cart/1"}


def test_mounts_share_the_session(shop: Flask) -> None:
    with project(path("a/", shop.urls), path("b/", shop.urls)) as client:
        assert [client.get(url).text for url in ("/a/count", "/b/count")] == ["1", "2"]


# Two applications


def named(name: str, folder: Path) -> Flask:
    """An application with a template, a config value, a handler and a hook that tell its name."""
    (folder / name / "templates").mkdir(parents=True)
    (folder / name / "templates" / "index.html").write_text(f"{name} {{{{ config.NAME }}}}")
    app = Flask(name, root_path=str(folder / name))
    app.config.update(NAME=f"config of {name}", SECRET_KEY=name, SESSION_COOKIE_NAME=f"of_{name}")
    app.before_request(lambda: setattr(g, "hook", name))
    app.register_error_handler(404, lambda error: (f"{name} {g.hook}", 404))
    app.add_url_rule("/", "index", lambda: render_template("index.html"))
    app.add_url_rule("/count", "count", count)
    app.add_url_rule("/flash", "flash", lambda: flash(name) or "")
    app.add_url_rule("/messages", "messages", lambda: get_flashed_messages())
    return app


def test_applications_keep_to_themselves_alone(tmp_path: Path) -> None:
    for app in (named("first", tmp_path), named("second", tmp_path)):
        client = app.test_client()
        assert client.get("/").text == f"{app.name} config of {app.name}"
        assert client.get("/missing").text == f"{app.name} {app.name}"
        assert [client.get("/count").text for _ in range(2)] == ["1", "2"]


def test_applications_keep_to_themselves_in_a_project(tmp_path: Path) -> None:
    first, second = named("first", tmp_path), named("second", tmp_path)
    with project(path("first/", first.urls), path("second/", second.urls)) as client:
        for name in ("first", "second"):
            assert client.get(f"/{name}/").text == f"{name} config of {name}"
            assert client.get(f"/{name}/missing").text == f"{name} {name}"
            assert client.get(f"/{name}/count").text == "1"
        client.get("/first/flash")
        assert client.get("/second/messages").json == []
        assert client.get("/first/messages").json == ["first"]


def test_application_asks_another_in_its_request(shop: Flask) -> None:
    other = Flask("other")
    other.add_url_rule("/", "index", lambda: current_app.name)

    def ask_other() -> str:
        inner = other.test_client().get("/").text
        return f"{inner} {current_app.name} {request.path}"

    shop.add_url_rule("/ask", "ask", ask_other)
    assert shop.test_client().get("/ask").text == "other shop /ask"


# A project that knows nothing of the application


def test_application_beside_a_project_is_whole(shop: Flask) -> None:
    def page(http_request: HttpRequest) -> HttpResponse:
        return HttpResponse("of the project")

    with project(path("", page)) as client:
        assert client.get("/").text == "of the project"
        assert client.get("/cart/1").status_code == 404
        alone = shop.test_client()
        assert alone.get("/").text == " /cart/1"
        assert alone.get("/cart/1").text == "1"
        assert [alone.get("/count").text for _ in range(2)] == ["1", "2"]


# Without a secret key


@pytest.mark.parametrize("way", WAYS)
def test_application_without_a_key_needs_none_for_plain_pages(shop: Flask, way: str) -> None:
    shop.config["SECRET_KEY"] = None
    shop.add_url_rule("/read", "read", lambda: str(session.get("a")))
    with override_settings(DEBUG_PROPAGATE_EXCEPTIONS=True), asking(shop, way) as ask:
        assert ask("/").status_code == 200
        assert ask("/read").text == "None"
        with pytest.raises(RuntimeError, match="Set the secret_key on the application"):
            ask("/count")


def test_application_without_a_key_signs_with_the_projects(shop: Flask) -> None:
    assert shop.config["SECRET_KEY"] == django_settings.SECRET_KEY
    with project(path("shop/", shop.urls)) as client:
        assert [client.get("/shop/count").text for _ in range(2)] == ["1", "2"]
