"""Static files of applications and blueprints among those of the project."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.core.exceptions import SuspiciousFileOperation
from django.core.management import call_command
from django.template import engines
from django.test import Client
from django.urls import path

from flaskish import Blueprint, Flask, url_for
from flaskish.bridge.static import FINDER, AppStaticFinder
from tests.bridge.conftest import MakeProject

MANIFEST_STORAGE = {
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"}
}


@pytest.fixture
def shop(tmp_path: Path) -> Flask:
    """An application with a blueprint; both have a style sheet of the same name."""
    for folder, colour in (("static", "red"), ("cart_files", "blue")):
        (tmp_path / "source" / folder / "css").mkdir(parents=True)
        (tmp_path / "source" / folder / "css" / "a b.css").write_text(f"h1 {{ color: {colour} }}")
    shop = Flask("project.shop", root_path=str(tmp_path / "source"))
    cart = Blueprint(
        "cart", __name__, root_path=shop.root_path, static_folder="cart_files", url_prefix="/cart"
    )
    shop.register_blueprint(cart)
    shop.add_url_rule("/urls", "urls", lambda: [sheet(), sheet("cart.static")])
    return shop


@pytest.fixture
def collecting(tmp_path: Path) -> dict[str, Any]:
    """Settings of a project that collects the files of its applications."""
    return {
        "INSTALLED_APPS": ["django.contrib.staticfiles", "flaskish"],
        "STATICFILES_FINDERS": [FINDER],
        "MIDDLEWARE": [],
        "STATIC_URL": "/assets/",
        "STATIC_ROOT": str(tmp_path / "collected"),
    }


def sheet(endpoint: str = "static", **values: Any) -> str:
    return url_for(endpoint, filename="css/a b.css", **values)


def collect() -> None:
    call_command("collectstatic", interactive=False, verbosity=0)


def test_files_are_collected_by_application_and_blueprint(
    shop: Flask, make_project: MakeProject, collecting: dict[str, Any], tmp_path: Path
) -> None:
    make_project(path("shop/", shop.urls), **collecting)
    collect()
    assert "red" in (tmp_path / "collected/shop/css/a b.css").read_text()
    assert "blue" in (tmp_path / "collected/shop.cart/css/a b.css").read_text()


def test_two_apps_with_one_folder_are_both_collected(
    shop: Flask, make_project: MakeProject, collecting: dict[str, Any], tmp_path: Path
) -> None:
    other = Flask("project.other", root_path=shop.root_path)
    make_project(path("a/", shop.urls), path("b/", shop.urls), path("c/", other.urls), **collecting)
    collect()
    assert sorted(each.name for each in (tmp_path / "collected").iterdir()) == [
        "other",
        "shop",
        "shop.cart",
    ]


def test_files_are_found(
    shop: Flask, make_project: MakeProject, collecting: dict[str, Any]
) -> None:
    make_project(path("shop/", shop.urls), **collecting)
    expected = str(Path(shop.root_path, "cart_files", "css", "a b.css"))
    assert finders.find("shop.cart/css/a b.css") == expected
    assert finders.find("shop.cart/css/a b.css", find_all=True) == [expected]
    assert finders.find("shop.cart/css/other.css") is None
    assert finders.find("css/a b.css") is None


@pytest.mark.parametrize("name", ["shop", "shop/", "", "other/css/a b.css"])
def test_nothing_else_is_found(
    shop: Flask, make_project: MakeProject, collecting: dict[str, Any], name: str
) -> None:
    make_project(path("shop/", shop.urls), **collecting)
    assert AppStaticFinder().find(name) == []


def test_path_out_of_the_folder_is_refused_as_by_djangos_finders(
    shop: Flask, make_project: MakeProject, collecting: dict[str, Any]
) -> None:
    make_project(path("shop/", shop.urls), **collecting)
    with pytest.raises(SuspiciousFileOperation):
        AppStaticFinder().find("shop/../../secret")


def test_url_for_leads_to_the_collected_files(
    shop: Flask, make_project: MakeProject, collecting: dict[str, Any]
) -> None:
    make_project(path("shop/", shop.urls), **collecting)
    assert Client().get("/shop/urls").json() == [
        "/assets/shop/css/a%20b.css",
        "/assets/shop.cart/css/a%20b.css",
    ]


def test_url_for_follows_the_storage(
    shop: Flask, make_project: MakeProject, collecting: dict[str, Any], tmp_path: Path
) -> None:
    make_project(path("shop/", shop.urls), STORAGES=MANIFEST_STORAGE, **collecting)
    collect()
    manifest = json.loads((tmp_path / "collected/staticfiles.json").read_text())["paths"]
    hashed = manifest["shop/css/a b.css"].replace(" ", "%20")
    assert Client().get("/shop/urls").json()[0] == f"/assets/{hashed}"
    with shop.app_context():
        assert sheet() == f"/assets/{hashed}"


def test_the_static_tag_of_django_builds_the_same(
    shop: Flask, make_project: MakeProject, collecting: dict[str, Any]
) -> None:
    engine = {"BACKEND": "django.template.backends.django.DjangoTemplates"}
    make_project(path("shop/", shop.urls), TEMPLATES=[engine], **collecting)
    source = "{% load static %}{% static 'shop/css/a b.css' %}"
    with shop.app_context():
        assert engines["django"].from_string(source).render() == sheet()


def test_name_that_the_manifest_does_not_know_is_an_error(
    shop: Flask, make_project: MakeProject, collecting: dict[str, Any]
) -> None:
    make_project(path("shop/", shop.urls), STORAGES=MANIFEST_STORAGE, **collecting)
    with shop.app_context(), pytest.raises(ValueError, match="Missing staticfiles manifest entry"):
        url_for("static", filename="missing.css")


def test_query_anchor_and_host_are_kept(
    shop: Flask, make_project: MakeProject, collecting: dict[str, Any]
) -> None:
    make_project(path("shop/", shop.urls), **collecting)
    with shop.test_request_context(base_url="https://shop.example"):
        assert sheet(v=2, _anchor="top") == "/assets/shop/css/a%20b.css?v=2#top"
        assert sheet(_external=True) == "https://shop.example/assets/shop/css/a%20b.css"


def test_url_of_another_host_stays(
    shop: Flask, make_project: MakeProject, collecting: dict[str, Any]
) -> None:
    collecting["STATIC_URL"] = "https://cdn.example/"
    make_project(path("shop/", shop.urls), **collecting)
    with shop.test_request_context():
        assert sheet() == "https://cdn.example/shop/css/a%20b.css"
        assert sheet(_external=True) == "https://cdn.example/shop/css/a%20b.css"


def test_project_without_the_finder_leaves_files_to_the_app(
    shop: Flask, make_project: MakeProject, collecting: dict[str, Any]
) -> None:
    collecting["STATICFILES_FINDERS"] = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    make_project(path("shop/", shop.urls), **collecting)
    url = Client().get("/shop/urls").json()[1]
    assert url == "/shop/cart/cart_files/css/a%20b.css"
    response = Client().get("/shop/cart/cart_files/css/a b.css")
    assert b"blue" in b"".join(response.streaming_content)  # type: ignore[attr-defined]
    response.close()


def test_app_outside_the_urlconf_serves_its_files(
    shop: Flask, make_project: MakeProject, collecting: dict[str, Any]
) -> None:
    make_project(**collecting)
    with shop.test_request_context():
        assert sheet() == "/static/css/a%20b.css"


def test_files_are_served_at_the_flask_url_all_the_same(
    shop: Flask, make_project: MakeProject, collecting: dict[str, Any]
) -> None:
    make_project(path("shop/", shop.urls), **collecting)
    response = Client().get("/shop/static/css/a b.css")
    assert b"red" in b"".join(response.streaming_content)  # type: ignore[attr-defined]
    response.close()


def test_endpoint_of_ones_own_called_static_is_left_alone(
    make_project: MakeProject, collecting: dict[str, Any]
) -> None:
    app = Flask("project.app", static_folder=None)
    app.add_url_rule("/files/<path:filename>", "static", lambda filename: filename)
    make_project(path("app/", app.urls), **collecting)
    with app.app_context():
        assert sheet() == "/app/files/css/a%20b.css"
