"""Which files are watched, and how a change starts the program anew."""

from __future__ import annotations

import logging
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from flaskish.werkzeug import _reloader
from flaskish.werkzeug._reloader import _find_stat_paths, _Reloader, run_with_reloader


@pytest.fixture
def sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that modules are imported from, alone."""
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    return tmp_path


def write(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("")
    return path


def test_module_that_was_not_imported_is_watched(sources: Path) -> None:
    """Its import may have failed; mending it has to start the program anew."""
    module = write(sources / "broken.py")
    assert module in set(_Reloader([], [], 1).watched_files())


def test_modules_of_packages_are_found(sources: Path) -> None:
    module = write(sources / "package" / "module.py")
    assert str(module) in _find_stat_paths(set(), set())


@pytest.mark.parametrize(
    "path", ["data/a.txt", "data/deep/a.py", ".hidden/a.py", "__pycache__/a.py"]
)
def test_what_is_not_imported_is_not_watched(sources: Path, path: str) -> None:
    write(sources / path)
    assert not set(_find_stat_paths(set(), set()))


def test_environment_is_not_watched(sources: Path) -> None:
    write(sources / "env" / "pyvenv.cfg")
    write(sources / "env" / "a.py")
    assert not set(_find_stat_paths(set(), set()))


def test_installed_packages_are_not_watched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [os.path.dirname(pytest.__file__)])
    assert not set(_find_stat_paths(set(), set()))


def test_extra_files_are_watched_and_patterns_left_out(sources: Path) -> None:
    module, extra = write(sources / "skipped.py"), sources / "extra.toml"
    watched = set(_Reloader([str(extra)], ["*/skipped*"], 1).watched_files())
    assert extra in watched
    assert module not in watched


def test_change_before_the_first_look_is_noticed(
    sources: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = write(sources / "module.py")
    reloader = _Reloader([], [], 0)
    changes: list[Path] = []
    monkeypatch.setattr(reloader, "notify_file_changed", changes.append)
    os.utime(module, (4e9, 4e9))
    ticks = reloader.tick()
    next(ticks)
    next(ticks)
    assert changes == [module]


def test_change_is_logged_and_ends_the_child(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flaskish.werkzeug._server_log._logger", None)
    caplog.set_level(logging.INFO, "werkzeug")
    with pytest.raises(SystemExit) as caught:
        _Reloader([], [], 1).notify_file_changed(Path("/a.py"))
    assert caught.value.code == 3
    assert " * Detected change in '/a.py', reloading" in caplog.text


@pytest.fixture
def child(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[dict[str, str]]]:
    """Have the child process end with these codes; gives the environments it was started in."""

    def end_with(*codes: int) -> list[dict[str, str]]:
        environments: list[dict[str, str]] = []
        left = iter(codes)

        def call(command: list[str], env: dict[str, str], **options: Any) -> int:
            environments.append(env)
            return next(left)

        monkeypatch.delenv("RUN_MAIN", raising=False)
        monkeypatch.setattr(signal, "signal", lambda *args: None)
        monkeypatch.setattr(_reloader.subprocess, "call", call)
        return environments

    return end_with


def test_child_is_started_until_it_ends_by_itself(
    child: Callable[..., list[dict[str, str]]],
) -> None:
    environments = child(3, 3, 5)
    with pytest.raises(SystemExit) as caught:
        run_with_reloader(lambda: None)
    assert caught.value.code == 5
    assert [each["WERKZEUG_RUN_MAIN"] for each in environments] == ["true"] * 3
