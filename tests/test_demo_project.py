"""Tests of the demo project; they run in a process of their own, with the project's settings."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def run(*arguments: str) -> None:
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("DJANGO_SETTINGS", "PYTEST_"))
    }
    completed = subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert completed.returncode == 0, completed.stdout + completed.stderr


def test_each_page_of_the_demo_project_answers() -> None:
    run("-m", "pytest", "-q", "--ds=demo_project.settings", "demo_project/tests")


@pytest.mark.parametrize("variant", ["tools", "production"])
def test_variants_with_packages_of_others_answer(variant: str) -> None:
    settings = f"demo_project.settings_{variant}"
    run("manage.py", "check", "--fail-level", "INFO", "--settings", settings)
    run("-m", "pytest", "-q", f"--ds={settings}", f"demo_project/tests/{variant}.py")


def test_system_checks_find_nothing() -> None:
    run("manage.py", "check", "--fail-level", "INFO")


def test_migrations_are_complete() -> None:
    run("manage.py", "makemigrations", "--check", "--dry-run")


def test_hello_runs_without_a_project() -> None:
    code = "from demo_project.hello import app; assert app.test_client().get('/Ada').json['hello']"
    run("-c", code)
