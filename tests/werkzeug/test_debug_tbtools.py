"""An error as text and as Django's debug page."""

from __future__ import annotations

from flaskish.werkzeug.debug import tbtools


def inner() -> None:
    raise ValueError("broken <inside>")


def outer() -> None:
    inner()


def caught_error() -> ValueError:
    try:
        outer()
    except ValueError as error:
        return error
    raise AssertionError("No error came.")


def test_text_is_what_python_prints() -> None:
    text = tbtools.DebugTraceback(caught_error()).render_traceback_text()
    assert text.startswith("Traceback (most recent call last):")
    assert text.endswith("ValueError: broken <inside>\n")
    assert "in outer" in text


def test_outermost_frames_can_be_left_out() -> None:
    text = tbtools.DebugTraceback(caught_error(), skip=2).render_traceback_text()
    assert "in outer" not in text
    assert "in inner" in text


def test_innermost_frame_is_always_there() -> None:
    text = tbtools.DebugTraceback(caught_error(), skip=10).render_traceback_text()
    assert "in inner" in text


def test_page_is_djangos_and_escaped() -> None:
    page = tbtools.DebugTraceback(caught_error()).render_debugger_html(True, "secret", True)
    assert page.lstrip().startswith("<!DOCTYPE html>")
    assert "broken &lt;inside&gt;" in page
