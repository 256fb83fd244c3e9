"""Ask the real Flask and Werkzeug whether the tests of their documentation are true of them.

Flask: the pinned releases. Django: none; this drives pytest.

The tests in ``tests/chapters`` are written for flaskish. Here the same files run with flaskish's
names standing for the real packages. Other arguments go to pytest.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence

from environments import ROOT, ScriptError, environment_on_flask, start_with

REQUIREMENTS = ("pytest>=8,<9", "asgiref", "cryptography")
#: None of our settings, and the fixtures of the chapters only, which then mount no application.
OPTIONS = (
    *("-c", os.devnull, "--rootdir", str(ROOT), "--noconftest", "-p", "tests.chapters.conftest"),
    *("-p", "no:cacheprovider", "-q"),
)
#: Our tests close what Werkzeug leaves to the garbage collector.
WARNINGS = ("error", "ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")


def main(arguments: Sequence[str]) -> int:
    python = environment_on_flask("statements", REQUIREMENTS)
    start_with(python, "flaskish_is_flask")
    files = sorted(str(path) for path in (ROOT / "tests" / "chapters").glob("test_*.py"))
    warnings = [option for warning in WARNINGS for option in ("-W", warning)]
    command = [str(python), "-m", "pytest", *OPTIONS, *warnings, *files, *arguments]
    variables = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, cwd=ROOT, env=variables, check=False).returncode


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except ScriptError as error:
        sys.exit(str(error))
