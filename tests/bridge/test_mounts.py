"""Where applications are mounted, read from the project's URLconf."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path, re_path, reverse
from django.utils import translation
from django.utils.translation import gettext_lazy

from flaskish import Flask, request, url_for
from flaskish.bridge.mounts import mount_prefix, mounts
from tests.bridge.conftest import MakeProject


@pytest.fixture
def shop() -> Flask:
    return Flask("project.shop", static_folder=None)


def test_mounts_are_listed_in_the_order_of_the_urlconf(
    shop: Flask, make_project: MakeProject
) -> None:
    other = Flask("project.other")
    make_project(
        path("a/", include([path("other/", other.urls)])),
        path("shop/", shop.urls),
        path("", include(shop.urlpatterns)),
    )
    assert [(mount.app, mount.prefix, mount.name) for mount in mounts()] == [
        (other, "a/other/", "other"),
        (shop, "shop/", "shop"),
        (shop, "", "project.shop"),
    ]


def test_namespaces_lead_to_a_mount(shop: Flask, make_project: MakeProject) -> None:
    inner = [path("shop/", include(shop.urls[:2], namespace="second"))]
    make_project(path("sites/", include((inner, "sites"))))
    assert [mount.name for mount in mounts()] == ["sites:second"]


def test_app_included_in_an_app_is_found(shop: Flask, make_project: MakeProject) -> None:
    outer = Flask("project.outer")
    outer.include("inner/", ([path("shop/", shop.urls)], "inner"))
    make_project(path("outer/", outer.urls))
    assert [mount.app for mount in mounts()] == [outer, shop]
    assert mount_prefix(shop) == "/outer/inner/shop"


@pytest.mark.parametrize(
    ("route", "prefix"), [("^shop/", "/shop"), (r"^shop/(?P<tenant>\w+)/", None)]
)
def test_prefix_of_a_regex(
    shop: Flask, make_project: MakeProject, route: str, prefix: str | None
) -> None:
    make_project(re_path(route, shop.urls))
    assert mount_prefix(shop) == prefix


def test_url_is_built_below_a_regex(shop: Flask, make_project: MakeProject) -> None:
    shop.add_url_rule("/cart", "cart", lambda: "")
    make_project(re_path("^shop/", shop.urls))
    with shop.app_context():
        assert url_for("cart") == "/shop/cart"


@pytest.mark.django_db
def test_prefix_is_that_of_the_language(
    shop: Flask, make_project: MakeProject, settings: Any
) -> None:
    shop.add_url_rule("/cart", "cart", lambda: f"{request.script_root} {url_for('cart')}")
    settings.LANGUAGES = [("en", "English"), ("de", "Deutsch")]
    client = make_project(
        *i18n_patterns(path(gettext_lazy("Home"), include([path("/", shop.urls)]))),
        MIDDLEWARE=["django.middleware.locale.LocaleMiddleware"],
    )
    with translation.override("en"):
        assert client.get("/de/Start/cart").content == b"/de/Start /de/Start/cart"
        assert client.get("/en/Home/cart").content == b"/en/Home /en/Home/cart"
    with translation.override("de"), shop.app_context():
        assert url_for("cart") == reverse("shop:cart") == "/de/Start/cart"


def test_app_below_a_variable_has_no_prefix(shop: Flask, make_project: MakeProject) -> None:
    make_project(path("<slug:tenant>/", shop.urls))
    assert mount_prefix(shop) is None


def test_app_outside_the_urlconf_has_no_prefix(shop: Flask, make_project: MakeProject) -> None:
    make_project()
    assert mount_prefix(shop) is None
