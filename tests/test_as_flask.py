"""The import alias, tried in processes of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent


def run(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False
    )


def test_modules_are_the_same_objects() -> None:
    result = run(
        "import flaskish.as_flask, flaskish.app, flask, flask.app\n"
        "import werkzeug.datastructures, flaskish.werkzeug.datastructures as ours\n"
        "assert flask.app is flaskish.app and flask.Flask is flaskish.Flask\n"
        "assert werkzeug.datastructures is ours\n"
        "assert flaskish.app.__spec__.name == 'flaskish.app'"
    )
    assert result.returncode == 0, result.stderr


def test_versions_are_those_of_the_offered_api() -> None:
    result = run(
        "import flaskish.as_flask\n"
        "from importlib.metadata import version\n"
        "print(version('flask'), version('Werkzeug'))"
    )
    assert result.stdout.split() == ["3.1.3", "3.1.9"]


def test_packages_know_the_distributions_they_come_from() -> None:
    result = run(
        "import flaskish.as_flask\n"
        "from importlib.metadata import packages_distributions\n"
        "print(packages_distributions()['werkzeug'])"
    )
    assert result.stdout.strip() == "['werkzeug']", result.stderr


def test_package_can_be_run_by_its_name() -> None:
    result = run(
        "import flaskish.as_flask, runpy, sys\n"
        "sys.argv = ['flask', '--version']\n"
        "runpy.run_module('flask', run_name='__main__', alter_sys=True)"
    )
    assert "3.1.3" in result.stdout, result.stderr


def test_missing_module_is_explained() -> None:
    result = run("import flaskish.as_flask, flask.nothing")
    assert "flaskish does not have a module 'flaskish.nothing'" in result.stderr


def test_missing_name_is_an_import_error() -> None:
    result = run(
        "import flaskish.as_flask, flask\n"
        "assert not hasattr(flask, 'Markup')\n"
        "try:\n"
        "    from flask import Markup\n"
        "except ImportError as error:\n"
        "    print(error)"
    )
    assert "cannot import name 'Markup' from 'flask': flaskish does not have it" in result.stdout
    assert "the names of Flask 3.1.3" in result.stdout
    assert "compatibility page" in result.stdout


def test_module_of_an_installed_werkzeug_has_one_identity(tmp_path: Path) -> None:
    """Whichever way it is imported: as a module, or as a name of its package."""
    (tmp_path / "werkzeug").mkdir()
    (tmp_path / "werkzeug" / "__init__.py").touch()
    (tmp_path / "werkzeug" / "rarity.py").write_text("from werkzeug.http import dump_cookie\n")
    result = run(
        f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n"
        "import flaskish.as_flask\n"
        "from werkzeug import rarity\n"
        "import werkzeug.rarity, flaskish.werkzeug.http\n"
        "assert rarity is werkzeug.rarity\n"
        "assert rarity.__name__ == 'werkzeug.rarity'\n"
        "assert rarity.dump_cookie is flaskish.werkzeug.http.dump_cookie"
    )
    assert result.returncode == 0, result.stderr


def test_too_late_is_refused() -> None:
    result = run(
        "import sys, types\n"
        "sys.modules['flask'] = types.ModuleType('flask')\n"
        "import flaskish.as_flask"
    )
    assert "flaskish.as_flask came too late: 'flask' was already imported" in result.stderr


def test_import_alone_aliases_nothing() -> None:
    result = run("import sys, flaskish\nprint([m for m in sys.modules if m.startswith('flask.')])")
    assert result.stdout.strip() == "[]"


def test_import_loads_neither_click_nor_jinja() -> None:
    result = run(
        "import sys\n"
        "from flaskish import Flask\n"
        "app = Flask('hello')\n"
        "app.add_url_rule('/', 'index', lambda: 'hi')\n"
        "environ = {'REQUEST_METHOD': 'GET', 'PATH_INFO': '/', 'SERVER_NAME': 'x',"
        " 'SERVER_PORT': '80', 'wsgi.url_scheme': 'http', 'SCRIPT_NAME': ''}\n"
        "assert list(app(environ, lambda *a: None)) == [b'hi']\n"
        "print([m for m in ('click', 'jinja2')"
        " if m in sys.modules])"
    )
    assert result.stdout.strip() == "[]", result.stderr
