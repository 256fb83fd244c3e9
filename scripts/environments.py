"""Environments and downloads that the scripts of this folder share.

Flask: its source distribution and its release, pinned. Django: none; this is the house-keeping of
the comparison runs. Everything lands in ``.cache``, which may be deleted at any time.
"""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import subprocess
import sys
import tomllib
import venv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".cache"
STAND_INS = ROOT / "scripts" / "stand_ins"

FLASK_VERSION = "3.1.3"
WERKZEUG_VERSION = "3.1.9"

#: What pip is told to get the real ones.
REAL_FLASK = (f"flask=={FLASK_VERSION}", f"werkzeug=={WERKZEUG_VERSION}")

FLASK_SOURCE = f"flask-{FLASK_VERSION}"
WERKZEUG_SOURCE = f"werkzeug-{WERKZEUG_VERSION}"
SOURCE_SHA256 = {
    FLASK_SOURCE: "0ef0e52b8a9cd932855379197dd8f94047b359ca0a78695144304cb45f87c9eb",
    WERKZEUG_SOURCE: "55ca7c70a75689be937aa27f8ff4b018f06ff4838fc73045560bf0f5a1291060",
}

#: What flaskish stands in for; a run with any of these installed would prove nothing.
STOOD_IN_FOR = ("flask", "werkzeug", "itsdangerous", "blinker")

#: Who is measured, with what they run on.
BENCHMARKED = (
    *REAL_FLASK,
    "quart==0.22.0",
    "django==5.2.19",
    "bottle==0.13.4",
    "starlette==1.10.0",
    "jinja2==3.1.6",
    "gunicorn==27.0.1",
    "uvicorn==0.54.0",
    "uvloop==0.23.0",
    "httptools==0.9.0",
)

_STAMP = "contents.sha256"

_FLASK_PROGRAM = """\
#!{python}
import sys
from flask.cli import main
sys.exit(main())
"""


class ScriptError(Exception):
    """A run cannot go on; the text says what to do."""


def flaskless_environment() -> Path:
    """Create the environment in which other people's suites run on flaskish.

    :return: Its Python. It has the working tree, what Flask's suite uses, and nothing of
        :data:`STOOD_IN_FOR`.
    :raises ScriptError: Something of that came in after all.
    """
    packages = ["pytest>=8,<9", "greenlet", "python-dotenv", "cryptography"]
    return _environment_of_our_own("flaskless-env", packages)


def aliased_environment() -> Path:
    """Create the environment in which Werkzeug's suite runs on flaskish.

    Its tests start programs that import Werkzeug, so the alias is there in each of its processes.

    :return: Its Python.
    :raises ScriptError: Something of :data:`STOOD_IN_FOR` came in after all.
    """
    packages = ["pytest>=8,<9", "pytest-timeout", "ephemeral-port-reserve", "cryptography"]
    python = _environment_of_our_own("aliased-env", packages)
    alias_whole_environment(python)
    return python


def alias_whole_environment(python: Path, *, late: bool = False) -> None:
    """Make the names mean flaskish in each process of an environment, and bring ``flask`` along.

    :param python: The environment's Python.
    :param late: When the first of them is imported, rather than at the start.
    """
    start_with(python, "as_flask_late" if late else "flaskish.as_flask")
    program = python.parent / "flask"
    program.write_text(_FLASK_PROGRAM.format(python=python), encoding="utf-8")
    program.chmod(0o755)


def start_with(python: Path, module: str) -> None:
    """Import a module in each process of an environment, at its start.

    :param python: The environment's Python.
    :param module: One of the environment's modules, or one of :data:`STAND_INS`, which is copied.
    """
    code = "import site; print(site.getsitepackages()[0])"
    answer = subprocess.run([python, "-c", code], check=True, capture_output=True, text=True)
    packages = Path(answer.stdout.strip())
    stand_in = STAND_INS / f"{module}.py"
    if stand_in.exists():
        shutil.copy(stand_in, packages)
    # Python runs such a line at each start.
    start_file = packages / "flaskish_starts_with.pth"
    start_file.write_text(f"import {module}\n", encoding="utf-8")


def _environment_of_our_own(name: str, packages: Sequence[str]) -> Path:
    python = _create_environment(name, packages, with_working_tree=True)
    present = _importable(python, STOOD_IN_FOR)
    if present:
        raise ScriptError(
            f"{', '.join(present)} can be imported in {python.parent.parent.relative_to(ROOT)}."
            " Remove that folder and run this again."
        )
    return python


def reference_environment() -> Path:
    """Create the environment with the real Flask, to compare with.

    :return: Its Python. Nothing of flaskish is installed in it.
    """
    return _create_environment(
        "reference-env",
        [
            f"flask[async,dotenv]=={FLASK_VERSION}",
            f"werkzeug=={WERKZEUG_VERSION}",
            "cryptography",
        ],
    )


def environment_on_flask(name: str, packages: Sequence[str]) -> Path:
    """Create an environment in which something of ours runs on the real Flask.

    :param name: What it is for.
    :param packages: What is installed besides.
    :return: Its Python.
    """
    return _create_environment(f"{name}-flask-env", [*REAL_FLASK, *packages])


def environment_on_flaskish(
    name: str, packages: Sequence[str], *, extensions: Sequence[str]
) -> Path:
    """Create an environment in which the same runs on flaskish, whichever program starts there.

    :param name: What it is for.
    :param packages: What is installed besides.
    :param extensions: What is installed without its requirements, of which Flask is one.
    :return: Its Python.
    """
    python = _create_environment(
        f"{name}-env", packages, with_working_tree=True, without_requirements=extensions
    )
    alias_whole_environment(python, late=True)
    return python


def benchmark_environment() -> Path:
    """Create the environment with everybody who takes part in the benchmarks.

    :return: Its Python. Flask and flaskish are both installed in it, and never in one process.
    """
    return _create_environment("benchmark-env", BENCHMARKED, with_working_tree=True)


def unpack_source(name: str, purpose: str) -> Path:
    """Download a source distribution if need be, check it and unpack it afresh.

    :param name: Name and version, one of :data:`SOURCE_SHA256`.
    :param purpose: Name of the folder to unpack in, one per script, so that runs do not meet.
    :return: The folder with ``tests`` and ``examples``.
    :raises ScriptError: The file is not the one whose hash is pinned here.
    """
    archive = download_source(name, SOURCE_SHA256[name])
    target = CACHE / purpose / name
    shutil.rmtree(target, ignore_errors=True)
    shutil.unpack_archive(archive, target.parent)
    return target


def download_source(name: str, sha256: str) -> Path:
    """Download a source distribution if need be, and check it.

    :param name: Name and version, as its file is named.
    :param sha256: The hash that the file must have.
    :return: The archive.
    :raises ScriptError: The file is another one.
    """
    downloads = CACHE / "downloads"
    archive = downloads / f"{name}.tar.gz"
    if not archive.exists():
        python = _create_environment("download-env", [])
        project, _, version = name.rpartition("-")
        # Without --no-binary pip would bring the wheel, which has neither tests nor examples.
        command = ["pip", "download", "--quiet", "--no-deps", "--no-binary", project]
        run([python, "-m", *command, "--dest", downloads, f"{project}=={version}"])
    found = hashlib.sha256(archive.read_bytes()).hexdigest()
    if found != sha256:
        archive.unlink()
        raise ScriptError(
            f"{archive.name} has the SHA-256 {found}, wanted is {sha256}. The file was removed."
        )
    return archive


def tool_environment() -> Path:
    """Create the environment with the installer of the many environments of extensions.

    :return: The folder of its programs.
    """
    # An installer that can leave out a package that others require, and be told a date.
    return _create_environment("tool-env", ["uv==0.13.9"]).parent


def _create_environment(
    name: str,
    packages: Sequence[str],
    *,
    with_working_tree: bool = False,
    without_requirements: Sequence[str] = (),
) -> Path:
    folder = CACHE / name
    python = folder / "bin" / "python"
    wanted = [*packages, *without_requirements, sys.version]
    if with_working_tree:
        project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        wanted.append(repr(project))
    fingerprint = hashlib.sha256("\n".join(wanted).encode()).hexdigest()
    stamp = folder / _STAMP
    with one_at_a_time(name):
        if python.exists() and stamp.exists() and stamp.read_text("utf-8") == fingerprint:
            return python
        print(f"Creating {folder.relative_to(ROOT)} ...", flush=True)
        venv.create(folder, clear=True, with_pip=True)
        requirements = [*packages, *(["--editable", str(ROOT)] if with_working_tree else [])]
        if requirements:
            run([python, "-m", "pip", "install", "--quiet", *requirements])
        if without_requirements:
            run([python, "-m", "pip", "install", "--quiet", "--no-deps", *without_requirements])
        stamp.write_text(fingerprint, encoding="utf-8")
    return python


@contextmanager
def one_at_a_time(name: str) -> Iterator[None]:
    """Wait until no other run is making the same environment."""
    CACHE.mkdir(exist_ok=True)
    with (CACHE / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _importable(python: Path, packages: Sequence[str]) -> list[str]:
    # Asked of the folders, because the alias would say that it has all of them.
    code = (
        "import importlib.machinery, sys; find = importlib.machinery.PathFinder.find_spec;"
        "print(*[name for name in sys.argv[1:] if find(name)])"
    )
    # -P, because the current folder could hold a package of such a name.
    answer = subprocess.run(
        [python, "-P", "-c", code, *packages], check=True, capture_output=True, text=True
    )
    return answer.stdout.split()


def run(command: Sequence[str | Path], cwd: Path = ROOT) -> None:
    """Run a command and show its output.

    :raises ScriptError: It failed.
    """
    completed = subprocess.run([str(part) for part in command], cwd=cwd, check=False)
    if completed.returncode:
        shown = " ".join(str(part) for part in command[1:])
        raise ScriptError(f"'{shown}' ended with status {completed.returncode}.")
