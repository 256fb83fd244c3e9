"""Install the project as a user would, and look at what came.

Flask: Installation. Django: one of the three packages that flaskish needs.

The environment is made afresh each time: what is asked is what ``pip install .`` brings.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

from environments import ROOT, ScriptError, run

#: Django, Jinja2 and click, and what these need.
WANTED = {"flaskish", "django", "asgiref", "sqlparse", "jinja2", "markupsafe", "click"}
#: What an environment has by itself.
BY_ITSELF = {"pip", "setuptools"}

LIST = """
from importlib.metadata import distributions
print(*{distribution.name.lower() for distribution in distributions()})
"""
#: Every module imports before any setting exists, and a page is answered.
USE = """
import pkgutil
from importlib import import_module
import flaskish
# Importing the alias changes the process; it has tests of its own.
skipped = {"flaskish.as_flask", "flaskish.__main__"}
for module in pkgutil.walk_packages(flaskish.__path__, "flaskish."):
    if module.name not in skipped:
        import_module(module.name)
from django.conf import settings
assert not settings.configured
app = flaskish.Flask("hello")
app.add_url_rule("/", "hello", lambda: flaskish.render_template_string("Hello {{ 1 + 1 }}"))
assert app.test_client().get("/").text == "Hello 2"
"""


def main() -> int:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        python = install(folder)
        came = set(ask(python, folder, "-c", LIST).split()) - BY_ITSELF
        if came != WANTED:
            raise ScriptError(
                f"Not wanted: {sorted(came - WANTED)}; missing: {sorted(WANTED - came)}."
            )
        ask(python, folder, "-c", USE)
        package = Path(ask(python, folder, "-c", "print(__import__('flaskish').__path__[0])"))
        if not (package / "py.typed").exists():
            raise ScriptError("The package is installed without its py.typed.")
        run([python.parent / "flaskish", "--version"], cwd=folder)
    print(f"Installed: {', '.join(sorted(came))}.")
    return 0


def install(folder: Path) -> Path:
    """Install a copy of the working tree: building leaves files behind.

    :param folder: The folder for the copy and the environment.
    :return: The environment's Python.
    """
    source = folder / "source"
    leftovers = shutil.ignore_patterns(".*", "build", "*.egg-info", "__pycache__")
    shutil.copytree(ROOT, source, ignore=leftovers)
    environment = folder / "environment"
    venv.create(environment, with_pip=True)
    python = environment / "bin" / "python"
    run([python, "-m", "pip", "install", "--quiet", source])
    shutil.rmtree(source)
    return python


def ask(python: Path, folder: Path, *arguments: str) -> str:
    """Run the environment's Python outside the working tree and return what it prints."""
    completed = subprocess.run(
        [python, *arguments], cwd=folder, check=False, capture_output=True, text=True
    )
    if completed.returncode:
        raise ScriptError(completed.stderr)
    return completed.stdout.strip()


if __name__ == "__main__":
    try:
        sys.exit(main())
    except ScriptError as error:
        sys.exit(str(error))
