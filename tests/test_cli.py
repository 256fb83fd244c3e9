"""The command line: finding the application, its commands, environment files.

Flask: Command Line Interface.
"""

from __future__ import annotations

import os
import ssl
import sys
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent
from types import ModuleType
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from flaskish import Blueprint, Flask, current_app
from flaskish.cli import (
    AppGroup,
    FlaskGroup,
    NoAppException,
    ScriptInfo,
    cli,
    find_app_by_string,
    find_best_app,
    load_dotenv,
    locate_app,
    pass_script_info,
    prepare_import,
    run_command,
    with_appcontext,
)


@pytest.fixture(autouse=True)
def clean_surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run in an empty folder; forget modules, paths and variables afterwards."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", sys.path[:])
    monkeypatch.setattr(os, "environ", os.environ.copy())
    for name in [name for name in os.environ if name.startswith("FLASK_")]:
        del os.environ[name]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], str]:
    """Write a module and return its name; it is forgotten after the test."""

    def write(path: str, source: str) -> str:
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(dedent(source))
        name = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        monkeypatch.delitem(sys.modules, name, raising=False)
        monkeypatch.setitem(sys.modules, name, None)
        del sys.modules[name]
        return name

    return write


def invoke(*args: str, group: click.Command = cli, **kwargs: Any) -> Result:
    """Run a command line as the console script does."""
    return CliRunner().invoke(group, args, prog_name="flask", **kwargs)


APP = "from flaskish import Flask\napp = Flask('named_app')\n"


@pytest.mark.parametrize("name", ["check", "manage"])
def test_command_that_flask_lacks_gives_way_to_the_application_s(name: str) -> None:
    app = Flask("named")
    app.cli.command(name)(lambda: click.echo("own"))
    assert invoke(name, group=FlaskGroup(create_app=lambda: app)).output == "own\n"


# Finding the application


def module_with(**members: Any) -> ModuleType:
    module = ModuleType("module")
    vars(module).update(members)
    return module


@pytest.mark.parametrize(
    "members",
    [
        {"app": Flask("appname")},
        {"application": Flask("appname")},
        {"my_app": Flask("appname")},
        {"create_app": lambda: Flask("appname")},
        {"make_app": lambda: Flask("appname")},
        {"create_app": lambda debug=True: Flask("appname"), "make_app": None},
        {"app": Flask("appname"), "other": Flask("another")},
    ],
)
def test_usual_names_are_found(members: dict[str, Any]) -> None:
    assert find_best_app(module_with(**members)).name == "appname"


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({}, "Failed to find Flask application or factory in module 'module'"),
        ({"a": Flask("a"), "b": Flask("b")}, "Detected multiple Flask applications"),
        ({"create_app": lambda needed: None}, r"Use 'module:create_app\(args\)'"),
    ],
)
def test_way_out_is_told_if_none_is_found(members: dict[str, Any], message: str) -> None:
    with pytest.raises(NoAppException, match=message):
        find_best_app(module_with(**members))


def create(name: str, suffix: str = "") -> Flask:
    return Flask(name + suffix)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("app", "testapp"),
        ("create('made')", "made"),
        ("create('made', suffix='_too')", "made_too"),
        ("  create(name='made')  ", "made"),
        ("nested", "testapp"),
    ],
)
def test_names_and_calls_are_understood(text: str, name: str) -> None:
    app = Flask("testapp")
    module = module_with(app=app, create=create, nested=lambda: app)
    assert find_app_by_string(module, text).name == name


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("missing", "Failed to find attribute 'missing' in 'module'"),
        ("create", "could not be called with the specified arguments"),
        ("create()", "could not be called with the specified arguments"),
        ("create(name)", "Failed to parse arguments as literal values"),
        ("a.b", "Failed to parse 'a.b' as an attribute name or function call"),
        ("a.b()", "Function reference must be a simple name"),
        ("1 +", "Failed to parse"),
        ("text", "A valid Flask application was not obtained from 'module:text'"),
    ],
)
def test_nonsense_is_explained(text: str, message: str) -> None:
    with pytest.raises(NoAppException, match=message):
        find_app_by_string(module_with(create=create, text="text"), text)


def test_error_inside_a_factory_is_its_own() -> None:
    def broken() -> Flask:
        raise TypeError("inside")

    with pytest.raises(TypeError, match="inside"):
        find_app_by_string(module_with(broken=broken), "broken()")
    with pytest.raises(TypeError, match="inside"):
        find_best_app(module_with(create_app=broken))


def test_paths_become_module_names(tmp_path: Path) -> None:
    package = tmp_path / "package" / "inner"
    package.mkdir(parents=True)
    for folder in (package, package.parent):
        (folder / "__init__.py").touch()
    assert prepare_import(str(tmp_path / "single.py")) == "single"
    assert prepare_import("package") == "package"
    assert prepare_import("package/__init__.py") == "package"
    assert prepare_import("package/inner/views.py") == "package.inner.views"
    assert sys.path[0] == str(tmp_path)


def test_module_that_fails_to_import_shows_why(write: Callable[[str, str], str]) -> None:
    name = write("imports_missing.py", "import a_module_that_is_missing")
    with pytest.raises(NoAppException, match="No module named 'a_module_that_is_missing'"):
        locate_app(prepare_import(name), None)
    with pytest.raises(NoAppException, match="Could not import 'not_there'"):
        locate_app(prepare_import("not_there"), None)
    assert locate_app(prepare_import("not_there"), None, raise_if_not_found=False) is None


@pytest.mark.parametrize("filename", ["wsgi.py", "app.py"])
def test_usual_files_are_found(write: Callable[[str, str], str], filename: str) -> None:
    write(filename, APP)
    assert ScriptInfo().load_app().name == "named_app"


@pytest.mark.parametrize(
    "import_path",
    ["found_by_name", "found_by_name:app", "found_by_name.py", "./found_by_name.py:app"],
)
def test_import_path_names_module_and_application(
    write: Callable[[str, str], str], import_path: str
) -> None:
    write("found_by_name.py", APP)
    assert ScriptInfo(import_path).load_app().name == "named_app"


def test_factory_of_script_info_comes_first_and_is_called_once() -> None:
    calls: list[Flask] = []

    def create_app() -> Flask:
        calls.append(Flask("made"))
        return calls[-1]

    info = ScriptInfo("ignored", create_app=create_app)
    assert info.load_app() is info.load_app()
    assert len(calls) == 1


def test_nothing_to_load_is_explained() -> None:
    with pytest.raises(NoAppException, match="Use the 'flask --app' option"):
        ScriptInfo().load_app()


@pytest.mark.parametrize(("set_debug_flag", "expected"), [(True, True), (False, False)])
def test_debug_flag_of_the_environment_is_set(set_debug_flag: bool, expected: bool) -> None:
    os.environ["FLASK_DEBUG"] = "1"
    app = Flask("made")
    app.debug = False
    info = ScriptInfo(create_app=lambda: app, set_debug_flag=set_debug_flag)
    assert info.load_app().debug is expected


# Groups and contexts


@pytest.fixture
def group() -> FlaskGroup:
    return FlaskGroup(create_app=lambda: Flask("of_the_group"))


def test_commands_of_a_group_have_the_application(group: FlaskGroup) -> None:
    @group.command()
    def show() -> None:
        click.echo(current_app.name)

    assert invoke("show", group=group).output == "of_the_group\n"


def test_context_can_be_left_out(group: FlaskGroup) -> None:
    @group.command(with_appcontext=False)
    def show() -> None:
        click.echo(f"{bool(current_app)}")

    assert invoke("show", group=group).output == "False\n"


def test_plain_command_gets_the_context_by_decorator(group: FlaskGroup) -> None:
    @click.command()
    @with_appcontext
    def show() -> None:
        click.echo(current_app.name)

    group.add_command(show)
    assert invoke("show", group=group).output == "of_the_group\n"


def test_groups_within_groups_are_of_the_same_kind(group: FlaskGroup) -> None:
    @group.group()
    def user() -> None: ...

    @user.command()
    @click.argument("name")
    def create(name: str) -> None:
        click.echo(f"{current_app.name} {name}")

    assert isinstance(user, AppGroup)
    assert invoke("user", "create", "admin", group=group).output == "of_the_group admin\n"


def test_script_info_is_passed_on(group: FlaskGroup) -> None:
    @group.command(with_appcontext=False)
    @pass_script_info
    def show(info: ScriptInfo) -> None:
        click.echo(info.load_app().name)

    assert invoke("show", group=group).output == "of_the_group\n"


def test_context_is_left_after_the_command(group: FlaskGroup) -> None:
    app = Flask("closed")
    events: list[str] = []
    app.teardown_appcontext(lambda error: events.append("teardown"))
    group.create_app = lambda: app

    @group.command()
    def show() -> None:
        events.append("command")

    invoke("show", group=group)
    assert events == ["command", "teardown"]


def test_commands_of_the_application_are_found() -> None:
    app = Flask("with_commands")

    @app.cli.command("create-user")
    @click.argument("name")
    def create_user(name: str) -> None:
        click.echo(f"{current_app.name} {name}")

    group = FlaskGroup(create_app=lambda: app)
    assert invoke("create-user", "admin", group=group).output == "with_commands admin\n"
    assert "create-user" in invoke("--help", group=group).output


@pytest.mark.parametrize(
    ("cli_group", "options", "args"),
    [
        ("_unset", {}, ["students", "create"]),
        ("other", {}, ["other", "create"]),
        (None, {}, ["create"]),
        (None, {"cli_group": "given"}, ["given", "create"]),
    ],
)
def test_commands_of_a_blueprint(
    cli_group: str | None, options: dict[str, Any], args: list[str]
) -> None:
    app = Flask("school")
    kwargs = {} if cli_group == "_unset" else {"cli_group": cli_group}
    blueprint = Blueprint("students", __name__, **kwargs)

    @blueprint.cli.command("create")
    def create() -> None:
        click.echo(f"created in {current_app.name}")

    app.register_blueprint(blueprint, **options)
    group = FlaskGroup(create_app=lambda: app)
    assert invoke(*args, group=group).output == "created in school\n"
    assert app.test_cli_runner().invoke(args=args).output == "created in school\n"


@pytest.mark.parametrize("group_name", ["flask.commands", "flaskish.commands"])
def test_commands_of_installed_packages_are_loaded(
    tmp_path: Path, write: Callable[[str, str], str], group_name: str
) -> None:
    module = write(
        "an_extension.py",
        """
        import click

        @click.command()
        def cli():
            click.echo("from a package")
        """,
    )
    information = tmp_path / "an_extension-1.0.dist-info"
    information.mkdir()
    metadata = "Metadata-Version: 2.1\nName: an_extension\nVersion: 1.0\n"
    (information / "METADATA").write_text(metadata)
    (information / "entry_points.txt").write_text(f"[{group_name}]\nmy-command = {module}:cli\n")
    sys.path.insert(0, str(tmp_path))
    group = FlaskGroup(create_app=lambda: Flask("app"))
    assert invoke("my-command", group=group).output == "from a package\n"
    assert "my-command" in invoke("--help", group=group).output


def test_custom_script_needs_no_app_option() -> None:
    def create_app() -> Flask:
        return Flask("wiki")

    @click.group(cls=FlaskGroup, create_app=create_app)
    def script() -> None:
        """Management script for the wiki."""

    @script.command()
    def name() -> None:
        click.echo(current_app.name)

    assert invoke("name", group=script).output == "wiki\n"
    result = invoke("--help", group=script)
    assert "Management script for the wiki." in result.output
    assert "routes" in result.output
    assert invoke("routes", group=script).exit_code == 0


def test_group_without_the_default_commands() -> None:
    group = FlaskGroup(
        add_default_commands=False, add_version_option=False, create_app=lambda: Flask("bare")
    )
    output = invoke("--help", group=group).output
    for absent in ("run", "shell", "routes", "--version"):
        assert f"  {absent}" not in output


def test_help_is_shown_without_an_application() -> None:
    result = invoke("--help")
    assert result.exit_code == 0
    assert "Could not locate a Flask application" in result.output
    for command in ("run", "shell", "routes"):
        assert command in result.output


def test_help_is_shown_if_the_application_fails(write: Callable[[str, str], str]) -> None:
    write("failing.py", "1 / 0")
    result = invoke("--app", "failing", "--help")
    assert result.exit_code == 0
    assert "Usage: flask" in result.output
    result = invoke("--help", env={"FLASK_APP": "failing"})
    assert "ZeroDivisionError" in result.output
    assert "Usage: flask" in result.output


def test_unknown_command_is_a_usage_error(group: FlaskGroup) -> None:
    result = invoke("nothing", group=group)
    assert result.exit_code == 2
    assert "No such command 'nothing'" in result.output


def test_version_names_python_django_and_the_offered_api() -> None:
    output = invoke("--version").output
    for text in (f"Python {sys.version.split()[0]}", "flaskish ", "Django ", "Flask 3.1.3"):
        assert text in output


def test_options_come_from_the_environment(write: Callable[[str, str], str]) -> None:
    write("by_environment.py", APP)
    os.environ.update(FLASK_APP="by_environment", FLASK_ROUTES_SORT="rule")
    assert "/static/<path:filename>" in invoke("routes").output


def test_debug_option_reaches_the_application(write: Callable[[str, str], str]) -> None:
    write("debugged.py", APP + "@app.cli.command()\ndef show():\n    print(app.debug)\n")
    assert invoke("--app", "debugged", "--debug", "show").output == "True\n"
    assert os.environ["FLASK_DEBUG"] == "1"
    assert invoke("--app", "debugged", "--no-debug", "show").output == "False\n"


# Environment files


def test_nearest_files_are_read_and_the_environment_wins(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("A=env\nB=env\nC=env\nSPAM=env\n")
    (tmp_path / ".flaskenv").write_text("A=flaskenv\nONLY=flaskenv\n")
    (tmp_path / "own.env").write_text("B=own\n")
    os.environ["C"] = "set"
    assert load_dotenv(tmp_path / "own.env") is True
    values = {name: os.environ[name] for name in ("A", "B", "C", "ONLY")}
    assert values == {"A": "env", "B": "own", "C": "set", "ONLY": "flaskenv"}


def test_files_are_looked_for_upwards(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, served: dict[str, Any]
) -> None:
    (tmp_path / ".flaskenv").write_text("FLASK_RUN_PORT=8001\nFLASK_DEBUG=1\n")
    (tmp_path / "deep" / "er").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "deep" / "er")
    result = invoke("run", group=FlaskGroup(create_app=lambda: Flask("app")))
    assert result.exit_code == 0, result.output
    assert (served["port"], served["use_debugger"]) == (8001, True)


def test_nothing_to_read(tmp_path: Path) -> None:
    assert load_dotenv(tmp_path / "missing") is False


def test_missing_dotenv_is_told_of_if_there_is_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "dotenv", None)
    assert load_dotenv() is False
    assert capsys.readouterr().err == ""
    (tmp_path / ".env").touch()
    assert load_dotenv() is False
    assert "Install python-dotenv to use them" in capsys.readouterr().err


def test_env_file_option_is_read_before_the_application(
    tmp_path: Path, write: Callable[[str, str], str]
) -> None:
    write("by_file.py", APP)
    (tmp_path / "own.env").write_text("FLASK_APP=by_file\n")
    assert "static" in invoke("--env-file", "own.env", "routes").output


def test_skipped_files_are_not_read(tmp_path: Path, write: Callable[[str, str], str]) -> None:
    write("by_file.py", APP)
    (tmp_path / ".env").write_text("FLASK_APP=by_file\n")
    assert invoke("routes").exit_code == 0
    del os.environ["FLASK_APP"]
    os.environ["FLASK_SKIP_DOTENV"] = "1"
    assert "Could not locate a Flask application" in invoke("routes").output


# routes


@pytest.fixture
def routes() -> Callable[..., list[str]]:
    app = Flask("routes", static_folder=None)
    app.add_url_rule("/get_post/<int:x>", methods=["GET", "POST"], endpoint="yyy_get_post")
    app.add_url_rule("/zzz_post", methods=["POST"], endpoint="aaa_post")
    group = FlaskGroup(create_app=lambda: app)

    def routes(*args: str) -> list[str]:
        result = invoke("routes", *args, group=group)
        assert result.exit_code == 0, result.output
        return result.output.splitlines()

    return routes


@pytest.mark.parametrize(
    ("args", "first"),
    [
        ([], "aaa_post"),
        (["--sort", "endpoint"], "aaa_post"),
        (["-s", "methods"], "yyy_get_post"),
        (["-s", "rule"], "yyy_get_post"),
        (["-s", "match"], "yyy_get_post"),
    ],
)
def test_routes_are_sorted(routes: Callable[..., list[str]], args: list[str], first: str) -> None:
    lines = routes(*args)
    assert lines[0].split() == ["Endpoint", "Methods", "Rule"]
    assert lines[2].startswith(first)


def test_routes_hide_automatic_methods_unless_asked(routes: Callable[..., list[str]]) -> None:
    assert "GET, POST" in routes()[3]
    assert "HEAD" not in "".join(routes())
    assert "GET, HEAD, OPTIONS, POST" in routes("--all-methods")[3]


@pytest.mark.parametrize(
    ("kwargs", "option", "title"),
    [
        ({"subdomain_matching": True}, "subdomain", "Subdomain"),
        ({"host_matching": True}, "host", "Host"),
    ],
)
def test_routes_show_hosts_and_subdomains(kwargs: dict[str, Any], option: str, title: str) -> None:
    app = Flask("hosts", static_folder=None, **kwargs)
    app.add_url_rule("/a", "a", **{option: "spam"})
    output = invoke("routes", group=FlaskGroup(create_app=lambda: app)).output
    assert title in output
    assert "spam" in output
    result = invoke("routes", "--sort", "domain", group=FlaskGroup(create_app=lambda: app))
    assert result.exit_code == 0


def test_application_without_routes_says_so() -> None:
    group = FlaskGroup(create_app=lambda: Flask("empty", static_folder=None))
    assert invoke("routes", group=group).output == "No routes were registered.\n"


# shell


def test_shell_has_the_names_of_its_processors() -> None:
    app = Flask("with_shell")
    app.shell_context_processor(lambda: {"answer": 42})
    result = invoke(
        "shell",
        group=FlaskGroup(create_app=lambda: app),
        input="print(answer, app.name, g)\n",
        env={"PYTHONSTARTUP": ""},
    )
    assert "42 with_shell <flask.g of 'with_shell'>" in result.output


def test_shell_runs_the_startup_file_first(tmp_path: Path) -> None:
    (tmp_path / "startup.py").write_text("app = 'replaced'\nown = 'own'\n")
    result = invoke(
        "shell",
        group=FlaskGroup(create_app=lambda: Flask("with_shell")),
        input="print(own, app)\n",
        env={"PYTHONSTARTUP": str(tmp_path / "startup.py")},
    )
    assert "own <Flask 'with_shell'>" in result.output


# run


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the development server was started with."""
    served: dict[str, Any] = {}

    def run_simple(host: str, port: int, app: Any, **options: Any) -> None:
        served.update(host=host, port=port, app=app, **options)

    monkeypatch.setattr("flaskish.werkzeug.serving.run_simple", run_simple)
    return served


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        ([], {"host": "127.0.0.1", "port": 5000, "use_reloader": False, "use_debugger": False}),
        (["--debug"], {"use_reloader": True, "use_debugger": True}),
        (["--debug", "--no-reload"], {"use_reloader": False, "use_debugger": True}),
        (["--debug", "--no-debugger"], {"use_reloader": True, "use_debugger": False}),
        (["--reload", "--debugger"], {"use_reloader": True, "use_debugger": True}),
        (["-h", "0.0.0.0", "-p", "8000"], {"host": "0.0.0.0", "port": 8000}),
        (["--without-threads"], {"threaded": False}),
        (["--with-threads"], {"threaded": True}),
        (
            ["--exclude-patterns", os.pathsep.join(["*.a", "*.b"])],
            {"exclude_patterns": ["*.a", "*.b"]},
        ),
    ],
)
def test_options_of_run(
    group: FlaskGroup, served: dict[str, Any], args: list[str], expected: dict[str, Any]
) -> None:
    result = invoke("run", *args, group=group)
    assert result.exit_code == 0, result.output
    assert {name: served[name] for name in expected} == expected
    assert served["app"].name == "of_the_group"


def test_extra_files_of_run_have_to_be_paths(
    group: FlaskGroup, served: dict[str, Any], tmp_path: Path
) -> None:
    (tmp_path / "a").touch()
    (tmp_path / "b").touch()
    invoke("run", "--extra-files", os.pathsep.join(["a", "b"]), group=group)
    assert served["extra_files"] == ["a", "b"]


def test_port_of_run_comes_from_the_environment(group: FlaskGroup, served: dict[str, Any]) -> None:
    invoke("run", group=group, env={"FLASK_RUN_PORT": "8001", "FLASK_RUN_HOST": "::1"})
    assert (served["host"], served["port"]) == ("::1", 8001)


def test_banner_says_what_is_served(write: Callable[[str, str], str], served: Any) -> None:
    write("shown.py", APP)
    output = invoke("--app", "shown", "run", "--debug").output
    assert " * Serving Flask app 'shown'" in output
    assert " * Debug mode: on" in output


def test_run_says_what_fails_to_load(write: Callable[[str, str], str], served: Any) -> None:
    write("failing.py", "1 / 0")
    result = invoke("--app", "failing", "run")
    assert isinstance(result.exception, ZeroDivisionError)
    assert "No module" not in result.output
    assert not served


def parse_run(*args: str) -> Any:
    with run_command.make_context("run", list(args)) as context:
        return context.params["cert"]


def test_certificate_and_key_go_together(tmp_path: Path) -> None:
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    cert.touch()
    key.touch()
    assert parse_run("--cert", str(cert), "--key", str(key)) == (str(cert), str(key))
    with pytest.raises(click.BadParameter, match="Required when using"):
        parse_run("--cert", str(cert))
    with pytest.raises(click.BadParameter, match="must also be specified"):
        parse_run("--key", str(key))
    with pytest.raises(click.BadParameter, match="does not exist"):
        parse_run("--cert", str(tmp_path / "missing.pem"))


def test_certificate_made_for_the_occasion(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "cryptography", None)
    with pytest.raises(click.BadParameter, match=r"flaskish\[certificates\]"):
        parse_run("--cert", "adhoc")
    monkeypatch.setitem(sys.modules, "cryptography", ModuleType("cryptography"))
    assert parse_run("--cert", "adhoc") == "adhoc"
    (tmp_path / "key.pem").touch()
    with pytest.raises(click.BadParameter, match='"--key" is not used'):
        parse_run("--cert", "adhoc", "--key", "key.pem")


def test_certificate_may_be_an_ssl_context(monkeypatch: pytest.MonkeyPatch) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    monkeypatch.setitem(sys.modules, "own_context", module_with(context=context))
    assert parse_run("--cert", "own_context:context") is context


# app.run()


def test_app_run_takes_its_address_from_the_server_name(served: dict[str, Any]) -> None:
    app = Flask("run")
    app.config["SERVER_NAME"] = "example.com:8080"
    app.run(load_dotenv=False)
    assert (served["host"], served["port"], served["app"]) == ("example.com", 8080, app)
    app.run("127.0.0.2", 9000, debug=True, load_dotenv=False)
    assert (served["host"], served["port"]) == ("127.0.0.2", 9000)
    assert served["use_reloader"] is served["use_debugger"] is True


def test_app_run_reads_the_files(served: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("FLASK_DEBUG=1\n")
    app = Flask("run")
    app.run()
    assert app.debug is served["use_debugger"] is True
    app.run(debug=False)
    assert app.debug is served["use_debugger"] is False


def test_app_run_is_ignored_under_the_command_line(
    served: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    os.environ["FLASK_RUN_FROM_CLI"] = "true"
    Flask("run").run()
    assert not served
    assert "Ignoring a call to 'app.run()'" in capsys.readouterr().out
