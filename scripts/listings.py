"""Run the listings of Flask's documentation on flaskish, as they are printed.

Flask: the pages and docstrings in its source distribution. Django: none; this drives pytest.

The tests in ``tests/conformance/listings`` take the listings from there. The run fails when one of
them fails, and when there is a listing that no test takes and ``not_run.toml`` does not name.
``--reference`` runs the same tests on the real Flask. The other arguments go to pytest; with any of
them the run is a partial one.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence

from environments import (
    FLASK_SOURCE,
    ROOT,
    ScriptError,
    environment_on_flask,
    environment_on_flaskish,
    unpack_source,
)

TESTS = ROOT / "tests" / "conformance" / "listings"

#: What the pages import, and the servers that they start.
REQUIREMENTS = (
    "pytest>=8,<9",
    "blinker",
    "celery",
    "cffi",
    "gevent",
    "gunicorn",
    "hypercorn",
    "mongoengine",
    "mongomock",
    "asgiref",
    "python-dotenv",
    "pyuwsgi",
    "sentry-sdk",
    "sqlalchemy",
    "waitress",
    "wtforms",
)
#: The one of them that requires Flask itself.
EXTENSIONS = ("flask-sqlalchemy",)


def main(arguments: Sequence[str]) -> int:
    options = [argument for argument in arguments if argument != "--reference"]
    is_reference = "--reference" in arguments
    if is_reference:
        python = environment_on_flask("listings", [*REQUIREMENTS, *EXTENSIONS])
    else:
        python = environment_on_flaskish("listings", REQUIREMENTS, extensions=EXTENSIONS)
    source = unpack_source(FLASK_SOURCE, "listings")
    files = f"--basetemp={source.parent / 'files'}"
    command = [str(python), "-m", "pytest", "-q", files, str(TESTS), *(options or ["--complete"])]
    variables = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    variables["FLASK_SOURCE"] = str(source)
    return subprocess.run(command, cwd=source, env=variables, check=False).returncode


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except ScriptError as error:
        sys.exit(str(error))
