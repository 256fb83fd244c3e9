"""Files: no path from a client leaves its folder, whatever way it is written."""

from __future__ import annotations

import ntpath
import os
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import TemplateNotFound

from flaskish import Flask, render_template, send_file, send_from_directory
from flaskish.testing import FlaskClient
from flaskish.werkzeug import _files, security, utils
from flaskish.werkzeug.exceptions import NotFound
from flaskish.werkzeug.middleware import shared_data
from flaskish.werkzeug.middleware.shared_data import SharedDataMiddleware
from flaskish.werkzeug.security import safe_join
from flaskish.werkzeug.utils import secure_filename
from tests.safety.corpora import mutations, within
from tests.safety.servers import PREFIX, WAYS, Ask, ask_wsgi, make_environ, mounted

#: Ways to say "the file above", decoded as a server hands them on.
TRAVERSALS = (
    *("../secret.txt", "/../secret.txt", "a/../../secret.txt", "./../secret.txt", "..//secret.txt"),
    *("..\\secret.txt", "..%2fsecret.txt", "%2e%2e/secret.txt", "..%5csecret.txt"),
    *(
        ".../secret.txt",
        "....//secret.txt",
        "..;/secret.txt",
        "..\0/secret.txt",
        "../secret.txt\0.c",
    ),
    *("..\xc0\xafsecret.txt", "\xc0\xae\xc0\xae/secret.txt", "\xef\xbc\x8e\xef\xbc\x8e/secret.txt"),
    *("//etc/passwd", "/etc/passwd", "\\\\host\\share\\secret.txt", "//host/share/secret.txt"),
    *("C:/secret.txt", "C:secret.txt", "c:\\secret.txt", "file:///etc/passwd", "~/secret.txt"),
    *("~root/secret.txt", "..", ".", "", "a/..", "../", "../..", "a/../..", "..%00", "..%252fa"),
    "inner/../../secret.txt",
)
WINDOWS = SimpleNamespace(name="nt", path=ntpath, sep="\\")
DEVICES = ("CON", "nul", "AUX.txt", "com1", "LPT9.tar.gz", "a/CONOUT$", "COM\xb9", "nul ", "NUL:a")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a file and a folder in it, and a file above it that is not to be reached."""
    (tmp_path / "secret.txt").write_text("secret")
    (tmp_path / "public" / "inner").mkdir(parents=True)
    (tmp_path / "public" / "open.txt").write_text("open")
    return tmp_path / "public"


def make_app(folder: Path) -> Flask:
    app = Flask("files", root_path=str(folder.parent), static_folder="public")
    app.config["PROPAGATE_EXCEPTIONS"] = True

    @app.get("/sent/<path:name>")
    def sent(name: str) -> object:
        return send_from_directory("public", name)

    @app.get("/rendered/<path:name>")
    def rendered(name: str) -> str:
        app.template_folder = str(folder)
        try:
            return render_template(name)
        except TemplateNotFound:
            raise NotFound from None

    return app


@pytest.mark.parametrize("ask", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("prefix", ["/public/", "/sent/", "/rendered/"])
def test_no_traversal_leaves_the_folder(folder: Path, ask: Ask, prefix: str) -> None:
    app = make_app(folder)
    for path in TRAVERSALS:
        for written in (path, quote(path, encoding="latin-1")):
            answer = ask(app, PATH_INFO=f"{prefix}{written}")
            assert answer.status in (308, 404), path
            assert answer.body != b"secret", path
    assert ask(app, PATH_INFO=f"{prefix}open.txt").body == b"open"


def test_no_mutation_of_a_path_is_an_error_of_the_server(folder: Path) -> None:
    app = make_app(folder)
    with within(10):
        for path in mutations("/public/../open.txt"):
            answer = ask_wsgi(app, PATH_INFO=path)
            assert answer.status in (200, 308, 404)
            assert answer.body != b"secret"


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.lists(st.sampled_from(["..", ".", "a", "", "\\", "\0", "C:", "~", "...", "%2e"])))
def test_what_is_joined_is_inside(parts: list[str]) -> None:
    joined = safe_join("/srv/public", *parts)
    assert joined is None or f"{os.path.normpath(joined)}/".startswith("/srv/public/")


@pytest.mark.parametrize("device", DEVICES)
def test_devices_of_windows_are_no_files_there(
    device: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(security, "os", WINDOWS)
    monkeypatch.setattr(utils, "os", WINDOWS)
    assert safe_join("public", device) is None
    assert secure_filename(device).strip("_").upper() not in security._windows_device_files or (
        secure_filename(device).startswith("_")
    )


@pytest.mark.parametrize("path", ["a\\..\\b", "\\\\host\\share", "..\\a", "a\\b", "C:\\a"])
def test_separators_of_windows_are_no_part_of_a_name_there(
    path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(security, "_os_alt_seps", ["\\"])
    assert safe_join("public", path) is None


@pytest.mark.parametrize("path", ["C:/a", "C:a", "//host/share", "/a", "C:"])
def test_drives_of_windows_are_absolute_there(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(security, "os", WINDOWS)
    assert safe_join("public", path) is None


def test_a_symbolic_link_in_the_folder_is_followed(folder: Path, client: FlaskClient) -> None:
    """As in Flask: whoever may write into the folder decides what is in it."""
    (folder / "link.txt").symlink_to(folder.parent / "secret.txt")
    assert ask_wsgi(make_app(folder), PATH_INFO="/sent/link.txt").body == b"secret"


def test_a_folder_is_no_file(folder: Path) -> None:
    app = make_app(folder)
    for path in ("/public/", "/public/inner", "/public/inner/", "/sent/.", "/sent/inner"):
        assert ask_wsgi(app, PATH_INFO=path).status == 404


def test_shared_data_stays_in_its_folder(folder: Path) -> None:
    shared = SharedDataMiddleware(make_app(folder), {"/shared": str(folder)})
    assert ask_wsgi(shared, PATH_INFO="/shared/open.txt").body == b"open"
    for path in TRAVERSALS:
        answer = ask_wsgi(shared, PATH_INFO=f"/shared/{path}")
        assert answer.status in (308, 404)
        assert answer.body != b"secret"


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.text())
def test_a_secure_filename_is_a_name(text: str) -> None:
    name = secure_filename(text)
    assert not set(name) & set("/\\\0:")
    assert not name.startswith(".")


def test_no_resource_is_outside_its_folder(folder: Path) -> None:
    app = Flask("resources", root_path=str(folder), instance_path=str(folder))
    for open_it in (app.open_resource, app.open_instance_resource):
        with open_it("open.txt") as file:
            assert file.read() == b"open"
        with open_it(str(folder / "open.txt")) as file:
            assert file.read() == b"open"
        for path in (*TRAVERSALS, str(folder.parent / "secret.txt")):
            with pytest.raises((OSError, ValueError)):
                open_it(path)


def test_a_file_that_is_gone_is_not_found(folder: Path) -> None:
    app = make_app(folder)
    app.add_url_rule("/gone", "gone", lambda: send_file(folder / "gone.txt"))
    (folder / "unreadable").mkdir(mode=0)
    assert ask_wsgi(app, PATH_INFO="/sent/gone.txt").status == 404
    assert ask_wsgi(app, PATH_INFO=f"/sent/{'a' * 5_000}").status == 404
    assert ask_wsgi(app, PATH_INFO="/sent/open.txt/more").status == 404
    with pytest.raises(FileNotFoundError):
        ask_wsgi(app, PATH_INFO="/gone")


@pytest.mark.parametrize("way", WAYS)
def test_what_is_no_plain_file_is_not_opened(folder: Path, way: str) -> None:
    """To open a FIFO is to wait for somebody who writes into it."""
    os.mkfifo(folder / "fifo.html")
    (folder / "fifo").symlink_to("fifo.html")
    (folder / "null").symlink_to(os.devnull)
    (folder / "loop").symlink_to("loop")
    (folder / "nowhere").symlink_to("missing")
    app = make_app(folder)
    with within(5):
        for name in ("fifo.html", "fifo", "null", "loop", "nowhere", "a/" * 2_000, "a" * 300):
            for prefix in ("/public/", "/sent/", "/rendered/"):
                assert WAYS[way](app, PATH_INFO=f"{prefix}{name}").status == 404
            shared = SharedDataMiddleware(app, {"/shared": str(folder)})
            assert ask_wsgi(shared, PATH_INFO=f"/shared/{name}").status == 404


class OnDisk:
    """A file that something happens to between two looks at it."""

    def __init__(self, path: Path, happening: Callable[[Path], Any]) -> None:
        path.write_bytes(b"a" * 200_000)
        self._path, self._happening = path, happening

    def ask(self, application: Any, **changes: Any) -> tuple[int, int]:
        """Return the length that the headers say, and that of the body."""
        started: list[Any] = []
        chunks = application(make_environ(**changes), lambda *args: started.append(args))
        try:
            iterator = iter(chunks)
            size = len(next(iterator))
            self._happening(self._path)
            size += sum(map(len, iterator))
        finally:
            chunks.close()
        return int(dict(started[0][1])["Content-Length"]), size


def grow(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"b" * 200_000)


SENDING = ("alone", "mounted", "shared")


def sending(way: str, folder: Path, handler: Any, app: Flask) -> tuple[Any, str]:
    """Return what sends the file ``moving``, and its path there."""
    return {
        "alone": (app, "/sent/moving"),
        "mounted": (handler, f"{PREFIX}/sent/moving"),
        "shared": (SharedDataMiddleware(app, {"/shared": str(folder)}), "/shared/moving"),
    }[way]


@pytest.mark.parametrize("happening", [grow, Path.unlink])
@pytest.mark.parametrize("way", SENDING)
def test_a_body_is_as_long_as_its_headers_say_whatever_happens_to_the_file(
    folder: Path, way: str, happening: Callable[[Path], Any]
) -> None:
    """What is too much would pass for the next answer of a connection."""
    app = make_app(folder)
    with mounted(app) as handler:
        application, path = sending(way, folder, handler, app)
        for byte_range in (None, "bytes=10-199990", "bytes=-199990"):
            file = OnDisk(folder / "moving", happening)
            said, sent = file.ask(application, PATH_INFO=path, HTTP_RANGE=byte_range)
            assert said == sent


@pytest.mark.parametrize("way", SENDING)
def test_a_file_that_becomes_shorter_is_an_error_and_no_whole_answer(
    folder: Path, way: str
) -> None:
    app = make_app(folder)
    with mounted(app) as handler:
        application, path = sending(way, folder, handler, app)
        for byte_range in (None, "bytes=10-199990"):
            file = OnDisk(folder / "moving", lambda path: path.write_bytes(b""))
            with pytest.raises(OSError, match="became shorter"):
                file.ask(application, PATH_INFO=path, HTTP_RANGE=byte_range)


@pytest.mark.parametrize("error", [FileNotFoundError, PermissionError])
@pytest.mark.parametrize("way", WAYS)
def test_a_file_that_cannot_be_opened_is_not_found(
    folder: Path, way: str, error: type[OSError], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Any, *args: Any) -> Any:
        raise error(2, "It was there a moment ago.", path)

    monkeypatch.setattr(_files, "FileIO", refuse)
    monkeypatch.setattr(shared_data, "FileIO", refuse)
    app = make_app(folder)
    app.add_url_rule("/own", "own", lambda: send_file(folder / "open.txt"))
    assert WAYS[way](app, PATH_INFO="/sent/open.txt").status == 404
    assert WAYS[way](app, PATH_INFO="/public/open.txt").status == 404
    shared = SharedDataMiddleware(app, {"/shared": str(folder)})
    assert ask_wsgi(shared, PATH_INFO="/shared/open.txt").status == 404
    # A path that the application chose is another matter.
    with pytest.raises(error):
        WAYS[way](app, PATH_INFO="/own")


@pytest.mark.parametrize("way", ["alone", "mounted"])
def test_a_large_file_without_lines_is_sent_in_pieces(way: str, folder: Path) -> None:
    (folder / "large.bin").write_bytes(b"x" * 3_000_000)
    app = make_app(folder)
    with mounted(app) as handler:
        application, prefix = (app, "") if way == "alone" else (handler, PREFIX)
        environ = make_environ(PATH_INFO=f"{prefix}/sent/large.bin")
        pieces: Any = application(environ, lambda *args: None)
        sizes = [len(piece) for piece in pieces]
        pieces.close()
    assert sum(sizes) == 3_000_000
    assert max(sizes) <= 100_000
