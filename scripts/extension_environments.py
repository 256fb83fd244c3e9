"""What a suite of an extension runs in: its source, and an environment with and without Flask.

Flask: the extensions written for it. Django: none; this is the house-keeping of ``extensions.py``.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from environments import (
    CACHE,
    REAL_FLASK,
    ROOT,
    alias_whole_environment,
    download_source,
    one_at_a_time,
    run,
    tool_environment,
)
from extension_table import Extension

#: Nothing that was published later is installed, so that a run is the same in a year.
LAST_DAY = "2026-11-20"

# A package with a requirement that no platform meets is left out, also where others require it.
_LEFT_OUT = "flask; sys_platform == 'never'\nwerkzeug; sys_platform == 'never'\n"


def unpack_extension(extension: Extension, purpose: str) -> Path:
    """Bring an extension's source into a folder of its own.

    :param extension: The extension.
    :param purpose: Name of the folder to unpack in.
    :return: The folder to run the suite in.
    """
    target = CACHE / "extensions" / purpose / extension.key
    shutil.rmtree(target, ignore_errors=True)
    if extension.repository is None:
        shutil.unpack_archive(download_source(extension.archive, extension.sha256), target)
        folder = next(target.iterdir())
    else:
        folder = _check_out(extension, target / "source")
    # Found where the suite has none: pytest would go on to look in our own folders.
    (target / "pytest.ini").touch()
    return folder


def _check_out(extension: Extension, folder: Path) -> Path:
    folder.mkdir(parents=True)
    for arguments in (
        ("init", "--quiet"),
        ("fetch", "--quiet", "--depth=1", str(extension.repository), extension.commit),
        ("checkout", "--quiet", "FETCH_HEAD"),
    ):
        run(["git", *arguments], cwd=folder)
    return folder


def environment_with_flask(name: str, requirements: Sequence[str]) -> Path:
    """Create the environment in which something runs on Flask.

    :param name: What it is for.
    :param requirements: What is installed besides.
    :return: Its Python.
    """
    return _create(f"{name}-flask", [*REAL_FLASK, *requirements])


def environment_without_flask(
    name: str,
    requirements: Sequence[str],
    *,
    whole_environment: bool,
) -> Path:
    """Create the environment in which something runs on flaskish.

    :param name: What it is for.
    :param requirements: What is installed besides.
    :param whole_environment: Whether Flask's names mean flaskish in each of its processes.
    :return: Its Python. Neither Flask nor Werkzeug is in it, whatever requires them.
    """
    packages = ["--editable", str(ROOT), *requirements]
    python = _create(f"{name}-flaskish", packages, without_flask=True)
    if whole_environment:
        alias_whole_environment(python)
    return python


def _create(name: str, packages: list[str], *, without_flask: bool = False) -> Path:
    folder = CACHE / "extension-envs" / name
    python = folder / "bin" / "python"
    stamp = folder / "contents.sha256"
    wanted = "\n".join([*packages, LAST_DAY, sys.version])
    fingerprint = hashlib.sha256(wanted.encode()).hexdigest()
    with one_at_a_time("extension-envs"):
        if stamp.exists() and stamp.read_text("utf-8") == fingerprint:
            return python
        folder.parent.mkdir(exist_ok=True)
        left_out = folder.parent / "left-out.txt"
        left_out.write_text(_LEFT_OUT, encoding="utf-8")
        uv = tool_environment() / "uv"
        shutil.rmtree(folder, ignore_errors=True)
        run([uv, "venv", "--quiet", "--python", sys.executable, folder])
        options = ["--quiet", "--python", str(python), "--exclude-newer", LAST_DAY]
        if without_flask:
            options += ["--override", str(left_out)]
        run([uv, "pip", "install", *options, *packages])
        stamp.write_text(fingerprint, encoding="utf-8")
    return python


def variables(extension: Extension, python: Path, folder: Path) -> dict[str, str]:
    """Return the environment variables that the suite runs with.

    :param extension: The extension.
    :param python: The environment's Python, whose programs come first.
    :param folder: The folder of the suite.
    """
    path = os.pathsep.join([str(python.parent), os.environ.get("PATH", "")])
    added = {"PATH": path}
    if extension.python_path:
        added["PYTHONPATH"] = os.pathsep.join(str(folder / part) for part in extension.python_path)
    return added
