"""Where applications are mounted, read from the project's URLconf."""

from __future__ import annotations

import pytest
from django.urls import include, path, re_path

from flaskish import Flask, url_for
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


def test_app_below_a_variable_has_no_prefix(shop: Flask, make_project: MakeProject) -> None:
    make_project(path("<slug:tenant>/", shop.urls))
    assert mount_prefix(shop) is None


def test_app_outside_the_urlconf_has_no_prefix(shop: Flask, make_project: MakeProject) -> None:
    make_project()
    assert mount_prefix(shop) is None
