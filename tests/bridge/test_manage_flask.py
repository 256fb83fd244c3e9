"""``manage.py flask``: commands of mounted applications, and Django's from the other side."""

from __future__ import annotations

import os
import subprocess
import sys
from io import StringIO
from pathlib import Path

import click
import pytest
from django.core.management import CommandError, call_command
from django.urls import path

from flaskish import Flask, current_app, url_for
from flaskish.management.commands.flask import Command, choose_app
from tests.bridge.conftest import MakeProject

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def shop() -> Flask:
    shop = Flask("project.shop", static_folder=None)
    shop.add_url_rule("/cart/<int:number>", "cart", lambda number: "")

    @shop.cli.command()
    @click.argument("number", type=int)
    @click.option("--exit-code", default=0)
    def link(number: int, exit_code: int) -> None:
        """Print the address of a cart."""
        click.echo(f"{current_app.name} {url_for('cart', number=number)}")
        click.get_current_context().exit(exit_code)

    return shop


@pytest.fixture
def blog() -> Flask:
    return Flask("project.blog")


def flask(*arguments: str) -> str:
    """Run the command; return what it printed."""
    printed = StringIO()
    command = Command(stdout=printed, stderr=printed)
    try:
        parser = command.create_parser("manage.py", "flask")
        command.execute(**vars(parser.parse_args(list(arguments))))
    except SystemExit as end:
        printed.write(f"exit {end.code}\n")
    return printed.getvalue()


def test_the_only_app_need_not_be_named(shop: Flask, make_project: MakeProject) -> None:
    make_project(path("a/", shop.urls), path("b/", shop.urls))
    assert "cart      GET      /cart/<int:number>" in flask("routes")


def test_own_command_runs_in_the_context_of_the_app(shop: Flask, make_project: MakeProject) -> None:
    make_project(path("shop/", shop.urls))
    assert flask("link", "7") == "project.shop /shop/cart/7\n"


@pytest.mark.parametrize("name", ["shop", "project.shop"])
def test_one_of_several_apps_is_chosen(
    shop: Flask, blog: Flask, make_project: MakeProject, name: str
) -> None:
    make_project(path("shop/", shop.urls), path("blog/", blog.urls))
    assert flask("--app", name, "link", "7").startswith("project.shop ")


def test_app_is_chosen_by_the_environment(
    shop: Flask, blog: Flask, make_project: MakeProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_project(path("shop/", shop.urls), path("blog/", blog.urls))
    monkeypatch.setenv("FLASK_APP", "shop")
    assert "/cart/<int:number>" in flask("routes")


def test_app_outside_the_urlconf_is_named_by_its_module(make_project: MakeProject) -> None:
    make_project()
    assert "/<name>" in flask("--app", "demo_project.hello:app", "routes")


def test_several_apps_are_named_in_the_error(
    shop: Flask, blog: Flask, make_project: MakeProject
) -> None:
    make_project(path("shop/", shop.urls), path("blog/", blog.urls))
    with pytest.raises(CommandError, match=r"several applications\. Choose .*: shop, blog\.") as e:
        flask("routes")
    assert e.value.returncode == 2


def test_unknown_name_is_an_error(shop: Flask, make_project: MakeProject) -> None:
    make_project(path("shop/", shop.urls))
    with pytest.raises(CommandError, match="No application 'shpo' is in the project's URLconf"):
        flask("--app", "shpo", "routes")


def test_project_without_apps_says_how_to_mount_one(make_project: MakeProject) -> None:
    make_project()
    with pytest.raises(CommandError, match=r"Mount one, path\('shop/', app\.urls\)"):
        flask("routes")


def test_module_that_does_not_exist_is_an_error(make_project: MakeProject) -> None:
    make_project()
    with pytest.raises(CommandError, match=r"Could not import 'demo_project\.nothing'"):
        flask("--app", "demo_project.nothing:app", "routes")


def test_without_a_command_they_are_listed(shop: Flask, make_project: MakeProject) -> None:
    make_project(path("shop/", shop.urls))
    listed = flask()
    assert "link    Print the address of a cart." in listed
    assert "routes  Show the routes for the app." in listed


def test_commands_are_listed_without_an_app(make_project: MakeProject) -> None:
    make_project()
    listed = flask()
    assert "The project's URLconf has no application." in listed
    assert "routes" in listed


def test_help_of_a_command(shop: Flask, make_project: MakeProject) -> None:
    make_project(path("shop/", shop.urls))
    assert "Usage: manage.py flask --app shop link [OPTIONS] NUMBER" in flask(
        "--app", "shop", "link", "--help"
    )


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["nothing"], "No such command 'nothing'."),
        (["link"], "Missing argument 'NUMBER'."),
        (["link", "x"], "'x' is not a valid integer"),
        (["routes", "--sort", "x"], "'x' is not one of"),
    ],
)
def test_misuse_shows_the_usage(
    shop: Flask, make_project: MakeProject, arguments: list[str], text: str
) -> None:
    make_project(path("shop/", shop.urls))
    with pytest.raises(CommandError, match=r"(?s)Usage: manage\.py flask.*") as error:
        flask(*arguments)
    assert text in str(error.value)
    assert error.value.returncode == 2


def test_exit_code_of_a_command(shop: Flask, make_project: MakeProject) -> None:
    make_project(path("shop/", shop.urls))
    assert flask("link", "7", "--exit-code", "3").endswith("exit 3\n")


def test_run_leads_to_runserver(shop: Flask, make_project: MakeProject) -> None:
    make_project(path("shop/", shop.urls))
    with pytest.raises(CommandError, match=r"'manage\.py runserver' serves the project"):
        flask("run", "--debug")


def test_shell_is_in_the_context_of_the_app(
    shop: Flask, make_project: MakeProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_project(path("shop/", shop.urls))
    monkeypatch.setattr(
        "sys.stdin", StringIO("from flaskish import url_for\nurl_for('cart', number=3)\n")
    )
    assert "'/shop/cart/3'" in flask("shell")


def test_call_command_runs_it(shop: Flask, make_project: MakeProject) -> None:
    make_project(path("shop/", shop.urls), INSTALLED_APPS=["flaskish"])
    printed = StringIO()
    call_command("flask", "--app", "shop", "routes", stdout=printed)
    assert "/cart/<int:number>" in printed.getvalue()


def test_debug_mode_is_the_projects(shop: Flask, make_project: MakeProject) -> None:
    make_project(path("shop/", shop.urls))
    shop.debug = True
    flask("routes")
    assert shop.debug is True
    assert choose_app("shop") is shop


def run(*arguments: str, cwd: Path = ROOT, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a program as a person would, in an environment without settings."""
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("DJANGO", "FLASK"))
    }
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd,
        env={**inherited, **variables},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_manage_py_ends_with_the_code_and_the_error() -> None:
    completed = run("manage.py", "flask", "routes")
    assert completed.returncode == 2
    assert "CommandError: The project has several applications." in completed.stderr
    assert completed.stdout == ""


def test_commands_of_django_run_from_the_apps_side() -> None:
    completed = run(
        *("-m", "flaskish", "--app", "demo_project.links", "manage", "check"),
        *("--fail-level", "WARNING"),
        DJANGO_SETTINGS_MODULE="demo_project.settings",
    )
    assert (completed.returncode, completed.stderr) == (0, "")


def test_app_alone_migrates_its_database(tmp_path: Path) -> None:
    (tmp_path / "alone.py").write_text(
        "from flaskish import Flask\n"
        "database = {'ENGINE': 'django.db.backends.sqlite3', 'NAME': 'alone.sqlite3'}\n"
        "app = Flask(__name__, django={\n"
        "    'DATABASES': {'default': database},\n"
        "    'INSTALLED_APPS': ['django.contrib.contenttypes'],\n"
        "})\n"
    )
    completed = run("-m", "flaskish", "--app", "alone", "manage", "migrate", cwd=tmp_path)
    assert completed.returncode == 0, completed.stderr
    assert "Applying contenttypes.0001_initial... OK" in completed.stdout
    assert "has no secret key" in completed.stderr
    assert (tmp_path / "alone.sqlite3").exists()


def test_app_alone_without_a_database_is_told_where_to_set_it(tmp_path: Path) -> None:
    (tmp_path / "alone.py").write_text("from flaskish import Flask\napp = Flask(__name__)\n")
    completed = run("-m", "flaskish", "--app", "alone", "manage", "migrate", cwd=tmp_path)
    assert completed.returncode == 1
    assert "Flask(__name__, django={'DATABASES': ..." in completed.stderr
    assert "Traceback" not in completed.stderr
