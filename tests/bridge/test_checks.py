"""System checks: each mistake is named, with the way out, and nothing else is."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core import checks
from django.core.checks import CheckMessage
from django.core.checks.registry import registry
from django.test import override_settings
from django.urls import path

from flaskish import Blueprint, Flask
from flaskish.bridge import checks as our_checks
from flaskish.bridge.static import FINDER
from tests.bridge.conftest import MIDDLEWARE, MakeProject

GUARD = "flaskish.bridge.guard.GuardMiddleware"


@pytest.fixture
def shop(tmp_path: Path) -> Flask:
    return Flask("project.shop", root_path=str(tmp_path))


def ids(messages: list[CheckMessage]) -> list[str]:
    return [str(message.id) for message in messages]


def run_checks(**options: Any) -> list[CheckMessage]:
    """Run them as ``manage.py check`` does, with ``"flaskish"`` among the installed apps."""
    with override_settings(INSTALLED_APPS=["flaskish"]):
        assert apps.is_installed("flaskish")
        return checks.run_checks(tags=["flaskish"], **options)


def test_app_without_mistakes_passes(shop: Flask, make_project: MakeProject) -> None:
    make_project(path("shop/", shop.urls), MIDDLEWARE=[GUARD, *MIDDLEWARE])
    assert run_checks(include_deployment_checks=True) == []


def test_app_in_installed_apps_registers_the_checks(shop: Flask, make_project: MakeProject) -> None:
    make_project(path("shop/", shop.urls))
    shop.secret_key = None
    assert ids(run_checks()) == ["flaskish.W002"]


@pytest.mark.parametrize(
    ("key", "value", "shown"),
    [
        ("SESSION_COOKIE_SECURE", True, "True, and the setting SESSION_COOKIE_SECURE"),
        ("SESSION_COOKIE_NAME", "shop", "'shop', and the setting SESSION_COOKIE_NAME"),
        ("DEBUG", True, "True, and the setting DEBUG of the project is False"),
        ("PERMANENT_SESSION_LIFETIME", timedelta(hours=1), "SESSION_COOKIE_AGE"),
    ],
)
def test_config_against_the_projects_setting(
    shop: Flask, make_project: MakeProject, key: str, value: object, shown: str
) -> None:
    make_project(path("shop/", shop.urls))
    shop.config[key] = value
    (message,) = run_checks()
    assert message.id == "flaskish.W001"
    assert shown in message.msg
    assert message.obj is shop


def test_secret_keys_are_not_shown(shop: Flask, make_project: MakeProject) -> None:
    make_project(path("shop/", shop.urls))
    shop.secret_key = "very secret, and not short at all"
    (message,) = run_checks()
    assert message.id == "flaskish.W001"
    assert "very secret" not in str(message)
    assert (
        "is a key of its own, and the setting SECRET_KEY of the project is another." in message.msg
    )


def test_config_that_says_what_the_project_says_is_no_conflict(make_project: MakeProject) -> None:
    shop = Flask("project.shop")
    make_project(path("shop/", shop.urls), SESSION_COOKIE_SECURE=True, SESSION_COOKIE_AGE=60)
    shop.config.update(SESSION_COOKIE_SECURE=True, PERMANENT_SESSION_LIFETIME=timedelta(minutes=1))
    assert run_checks() == []


@pytest.mark.parametrize("attribute", ["template_folder", "static_folder"])
def test_missing_folder_of_a_blueprint(
    shop: Flask, make_project: MakeProject, attribute: str, tmp_path: Path
) -> None:
    cart: Any = Blueprint("cart", __name__, root_path=str(tmp_path))
    setattr(cart, attribute, "files")
    shop.register_blueprint(cart)
    make_project(path("shop/", shop.urls))
    (message,) = run_checks()
    assert message.id == "flaskish.W007"
    assert f"{attribute} {'files'!r}" in message.msg.replace(f"{tmp_path}/", "")
    assert "blueprint 'cart' of the application 'shop'" in message.msg
    (tmp_path / "files").mkdir()
    assert run_checks() == []


def test_missing_folder_of_an_app_that_named_it(make_project: MakeProject, tmp_path: Path) -> None:
    shop = Flask("project.shop", root_path=str(tmp_path), template_folder="pages")
    make_project(path("shop/", shop.urls))
    assert ids(run_checks()) == ["flaskish.W007"]


def test_static_files_that_are_not_collected(
    shop: Flask, make_project: MakeProject, tmp_path: Path
) -> None:
    make_project(path("shop/", shop.urls), MIDDLEWARE=[GUARD, *MIDDLEWARE])
    (tmp_path / "static").mkdir()
    assert run_checks() == []
    (message,) = run_checks(include_deployment_checks=True)
    assert message.id == "flaskish.W008"
    assert FINDER in str(message.hint)


def test_app_mounted_twice_is_checked_once(shop: Flask, make_project: MakeProject) -> None:
    make_project(path("a/", shop.urls), path("b/", shop.urls))
    shop.secret_key = None
    assert ids(run_checks()) == ["flaskish.W002"]


def test_registering_again_changes_nothing() -> None:
    our_checks.register_checks()
    before = len(registry.get_checks(include_deployment_checks=True))
    our_checks.register_checks()
    assert len(registry.get_checks(include_deployment_checks=True)) == before


def test_each_id_is_documented() -> None:
    root = Path(our_checks.__file__).parents[2]
    numbers = re.findall(
        r"^ +(\d+),\n +\)",
        "".join(
            file.read_text(encoding="utf-8")
            for file in (root / "flaskish" / "bridge").glob("checks*.py")
        ),
        re.M,
    )
    page = (root / "docs" / "checks.md").read_text(encoding="utf-8")
    assert numbers
    assert [*map(int, re.findall(r"`flaskish\.[WI](\d+)`", page))] == sorted(map(int, numbers))
