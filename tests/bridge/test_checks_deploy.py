"""System checks of a project that goes to a server."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.checks import Tags, run_checks
from django.urls import path

from flaskish import Flask
from flaskish.bridge.checks import register_checks
from flaskish.bridge.checks_deploy import check_guard, check_protection
from tests.bridge.conftest import MIDDLEWARE, MakeProject

SESSIONS = "django.contrib.sessions.middleware.SessionMiddleware"
GZIP = "django.middleware.gzip.GZipMiddleware"
GUARD = "flaskish.bridge.guard.GuardMiddleware"


@pytest.fixture
def shop() -> Flask:
    return Flask("project.shop", static_folder=None)


@pytest.mark.parametrize(
    ("middleware", "is_found"),
    [
        (MIDDLEWARE, True),
        ([GUARD, *MIDDLEWARE], False),
        (["flaskish.bridge.cookies.CookieMiddleware", SESSIONS], False),
        ([SESSIONS, GUARD], True),
        ([GZIP, GUARD, SESSIONS], False),
        ([GZIP], False),
    ],
)
def test_project_without_a_guard_is_told_of_it(
    shop: Flask, make_project: MakeProject, middleware: list[str], is_found: bool
) -> None:
    make_project(path("shop/", shop.urls), MIDDLEWARE=middleware)
    assert [message.id for message in check_guard()] == ["flaskish.W016"] * is_found


def test_project_without_applications_needs_no_guard(make_project: MakeProject) -> None:
    make_project()
    assert check_guard() == []


@pytest.mark.parametrize(
    ("config", "own_settings", "missing"),
    [
        ({}, {}, None),
        ({"TESTING": True}, {}, "TESTING turned off"),
        ({}, {"MIDDLEWARE": []}, "SESSION_COOKIE_SECURE"),
        ({"SESSION_COOKIE_SECURE": True}, {"MIDDLEWARE": []}, None),
        ({"SESSION_COOKIE_HTTPONLY": False}, {}, None),
    ],
)
def test_mounted_application_is_checked_for_what_is_its_own(
    shop: Flask,
    make_project: MakeProject,
    config: dict[str, Any],
    own_settings: dict[str, Any],
    missing: str | None,
) -> None:
    """Django looks at the settings, and another check compares them with the config."""
    make_project(path("shop/", shop.urls), **own_settings)
    shop.config.update(config)
    found = [message.msg.partition("Missing: ")[2] for message in check_protection()]
    assert found == ([] if missing is None else [f"{missing}."])


def test_checks_of_security_are_run_with_djangos(shop: Flask, make_project: MakeProject) -> None:
    make_project(path("shop/", shop.urls))
    register_checks()
    for is_deployed in (False, True):
        found = run_checks(tags=[Tags.security], include_deployment_checks=is_deployed)
        assert ("flaskish.W016" in {message.id for message in found}) is is_deployed
