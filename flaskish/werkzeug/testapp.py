"""A small application that shows what the server hands to it, to try a server with.

Werkzeug: ``werkzeug.testapp``. Django: the debug page has a similar table.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from importlib.metadata import distributions

from django.utils.html import escape

from .wrappers import Request, Response

TEMPLATE = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>WSGI Information</title>
<style>
  body {{ font-family: sans-serif; max-width: 50em; margin: 2em auto; }}
  th {{ text-align: left; vertical-align: top; padding-right: 1em; }}
  td {{ font-family: monospace; overflow-wrap: anywhere; }}
  .virtual {{ color: gray; }}
  .exp {{ font-style: italic; }}
</style>
<h1>WSGI Information</h1>
<p>What the WSGI server and the Python interpreter say of themselves.
<h2>Python Interpreter</h2>
<table>{interpreter}</table>
<h2>WSGI Environment</h2>
<table>{environ}</table>
<h2>Installed Packages</h2>
<ul>{packages}</ul>
<h2>System Path</h2>
<p>Gray entries are no folders. Those in italics are given by a relative path.
<ul>{path}</ul>
"""


def iter_sys_path() -> Iterator[tuple[str, bool, bool]]:
    """Iterate over the folders that modules are imported from.

    :return: Each as it is shown, whether it is no folder, and whether it was made absolute.
    """
    home = os.path.expanduser("~")
    for item in sys.path:
        path = os.path.join(os.getcwd(), item or os.curdir)
        shown = os.path.normpath(path)
        if shown.startswith(home):
            shown = f"~{shown.removeprefix(home)}"
        yield shown, not os.path.isdir(path), path != item


def _rows(pairs: Iterable[tuple[str, object]]) -> str:
    return "".join(f"<tr><th>{escape(name)}<td>{escape(value)}" for name, value in pairs)


def _interpreter() -> Iterator[tuple[str, object]]:
    from .._versions import OFFERED_VERSIONS

    yield "Python Version", sys.version
    yield "Platform", f"{sys.platform} [{os.name}]"
    yield "API Version", sys.api_version
    yield "Byteorder", sys.byteorder
    yield "Werkzeug Version", OFFERED_VERSIONS["werkzeug"]


def _packages() -> list[str]:
    names = {f"{found.metadata['Name']} [{found.version}]" for found in distributions()}
    return sorted(names, key=str.lower)


def _path_item(shown: str, is_virtual: bool, is_expanded: bool) -> str:
    classes = " ".join(["virtual"] * is_virtual + ["exp"] * is_expanded)
    return f'<li class="{classes}">{escape(shown)}'


@Request.application
def test_app(req: Request) -> Response:
    """Answer with a page about the environ and the interpreter."""
    environ = sorted((key, repr(value)) for key, value in req.environ.items())
    page = TEMPLATE.format(
        interpreter=_rows(_interpreter()),
        environ=_rows(environ),
        packages="".join(f"<li>{escape(package)}" for package in _packages()),
        path="".join(_path_item(*item) for item in iter_sys_path()),
    )
    return Response(page, mimetype="text/html")


if __name__ == "__main__":
    from .serving import run_simple

    run_simple("localhost", 5000, test_app, use_reloader=True)
