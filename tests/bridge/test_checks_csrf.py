"""System check of refused forms: the note that says how an application answers them itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.checks import run_checks
from django.test import Client
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from jinja2 import FileSystemLoader

from flaskish import Flask
from flaskish.bridge.checks import TAG, register_checks
from flaskish.bridge.checks_csrf import check_refusals
from tests.bridge.conftest import MakeProject

ANSWER = "flaskish.bridge.csrf.csrf_failure"


@pytest.fixture
def shop() -> Flask:
    return Flask("project.shop", static_folder=None)


@pytest.mark.parametrize(
    ("endpoint", "own_settings", "is_found"),
    [
        ("write", {}, True),
        ("hook", {}, False),
        ("read", {}, False),
        ("write", {"CSRF_FAILURE_VIEW": ANSWER}, False),
        ("write", {"MIDDLEWARE": []}, False),
    ],
)
def test_form_whose_refusal_django_answers_is_noted(
    shop: Flask,
    make_project: MakeProject,
    endpoint: str,
    own_settings: dict[str, Any],
    is_found: bool,
) -> None:
    view: Any = csrf_exempt(lambda: "") if endpoint == "hook" else lambda: ""
    shop.add_url_rule("/x", endpoint, view, methods=["GET" if endpoint == "read" else "POST"])
    make_project(path("shop/", shop.urls), **own_settings)
    assert [message.id for message in check_refusals()] == ["flaskish.I015"] * is_found


def test_note_is_for_the_check_of_a_deployment(shop: Flask, make_project: MakeProject) -> None:
    shop.add_url_rule("/x", "write", lambda: "", methods=["POST"])
    make_project(path("shop/", shop.urls))
    register_checks()
    for is_deployed in (False, True):
        found = run_checks(tags=[TAG], include_deployment_checks=is_deployed)
        assert ("flaskish.I015" in {message.id for message in found}) is is_deployed


def test_page_of_an_application_answers_without_the_setting(
    shop: Flask, make_project: MakeProject, tmp_path: Path
) -> None:
    (tmp_path / "403_csrf.html").write_text("Try {{ 'again' }}.")
    shop.jinja_loader = FileSystemLoader(tmp_path)
    shop.add_url_rule("/x", "write", lambda: "", methods=["POST"])
    backend = {"BACKEND": "flaskish.bridge.templates.FlaskTemplates"}
    make_project(path("shop/", shop.urls), TEMPLATES=[backend])
    assert check_refusals() == []
    response = Client(enforce_csrf_checks=True).post("/shop/x")
    assert (response.status_code, response.content) == (403, b"Try again.")
