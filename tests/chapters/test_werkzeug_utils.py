"""Werkzeug's Utilities: properties, redirects, files, imports, passwords, URLs and the log."""

from __future__ import annotations

import io
import logging
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from flaskish.werkzeug.datastructures import Headers
from flaskish.werkzeug.exceptions import NotFound
from flaskish.werkzeug.security import check_password_hash, generate_password_hash, safe_join
from flaskish.werkzeug.test import create_environ
from flaskish.werkzeug.urls import iri_to_uri, uri_to_iri
from flaskish.werkzeug.user_agent import UserAgent
from flaskish.werkzeug.utils import (
    append_slash_redirect,
    cached_property,
    environ_property,
    find_modules,
    header_property,
    import_string,
    redirect,
    secure_filename,
    send_file,
    send_from_directory,
)
from flaskish.werkzeug.wrappers import Response

# Properties


def test_cached_property_is_evaluated_set_and_cleared() -> None:
    class Example:
        evaluated = 0

        @cached_property
        def value(self) -> int:
            """Calculate something important."""
            self.evaluated += 1
            return 42

    example = Example()
    assert (example.value, example.value, example.evaluated) == (42, 42, 1)
    example.value = 16
    assert example.value == 16
    del example.value
    assert (example.value, example.evaluated) == (42, 2)
    assert Example.value.__doc__ == "Calculate something important."


def test_cached_property_works_with_slots() -> None:
    class Slotted:
        __slots__ = ("_cache_value",)

        @cached_property
        def value(self) -> object:
            return object()

    slotted = Slotted()
    assert slotted.value is slotted.value
    before = slotted.value
    del slotted.value
    assert slotted.value is not before


def test_environ_property_maps_and_converts() -> None:
    class Example:
        environ: dict[str, Any] = {"key": "value", "number": "42", "broken": "x"}
        key = environ_property[str]("key")
        missing = environ_property[str]("missing")
        default = environ_property[str]("missing", "default")
        number = environ_property[int]("number", None, int)
        broken = environ_property[int]("broken", -1, int)
        changeable = environ_property[str]("changeable", read_only=False)

    example: Any = Example()
    assert (example.key, example.missing, example.default) == ("value", None, "default")
    assert (example.number, example.broken) == (42, -1)
    with pytest.raises(AttributeError):
        example.key = "other"
    example.changeable = "changed"
    assert Example.environ["changeable"] == "changed"
    del example.changeable
    assert example.changeable is None


def test_header_property_maps_and_converts() -> None:
    class Example:
        def __init__(self) -> None:
            self.headers = Headers({"X-Number": "42", "X-Broken": "x"})

        number = header_property[int]("X-Number", None, int, str)
        broken = header_property[int]("X-Broken", None, int)

    example: Any = Example()
    assert (example.number, example.broken) == (42, None)
    example.number = 43
    assert example.headers["X-Number"] == "43"
    del example.number
    assert "X-Number" not in example.headers


# Redirects


@pytest.mark.parametrize("code", [301, 302, 303, 305, 307, 308])
def test_redirect_has_one_of_the_codes(code: int) -> None:
    response = redirect("/target", code)
    assert (response.status_code, response.location) == (code, "/target")
    assert response.mimetype == "text/html"
    assert 'href="/target"' in response.get_data(as_text=True)


def test_redirect_is_a_302_of_the_class_wanted() -> None:
    class OwnResponse(Response):
        pass

    response = redirect("/ü", Response=OwnResponse)
    assert type(response) is OwnResponse
    assert response.status_code == 302
    headers = response.get_wsgi_headers(create_environ())
    assert headers["Location"] == "/%C3%BC"


@pytest.mark.parametrize(
    ("path", "location"), [("/user/42", "42/"), ("/user/42?a=b", "42/?a=b"), ("/a", "a/")]
)
def test_slash_is_appended_to_the_last_segment(path: str, location: str) -> None:
    response = append_slash_redirect(create_environ(path))
    assert (response.status_code, response.location) == (308, location)
    assert append_slash_redirect(create_environ(path), 301).status_code == 301


# Files


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "hello.txt"
    path.write_bytes(b"hello")
    os.utime(path, (784111777, 784111777))
    return path


def body_of(response: Response) -> bytes:
    response.direct_passthrough = False
    with response:
        return response.get_data()


def test_file_is_sent_with_what_its_path_tells(path: Path) -> None:
    response = send_file(path, create_environ())
    assert response.mimetype == "text/plain"
    assert response.content_length == 5
    assert response.last_modified == datetime(1994, 11, 6, 8, 49, 37, tzinfo=UTC)
    assert response.get_etag()[0]
    assert response.cache_control.no_cache
    assert response.headers["Content-Disposition"] == "inline; filename=hello.txt"
    assert body_of(response) == b"hello"


def test_relative_path_is_of_the_working_directory(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(path.parent)
    assert body_of(send_file("hello.txt", create_environ())) == b"hello"


def test_file_object_is_sent_without_etag_or_date() -> None:
    response = send_file(io.BytesIO(b"hello"), create_environ(), mimetype="a/b")
    assert (response.mimetype, response.get_etag()) == ("a/b", (None, None))
    assert response.last_modified is None
    assert body_of(response) == b"hello"


def test_file_object_has_to_be_binary_and_to_have_a_type() -> None:
    with pytest.raises(ValueError, match="binary mode"):
        send_file(io.StringIO("hello"), create_environ(), mimetype="a/b")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="MIME type"):
        send_file(io.BytesIO(b"hello"), create_environ())


@pytest.mark.parametrize(
    ("options", "disposition"),
    [
        ({"as_attachment": True}, "attachment; filename=hello.txt"),
        ({"as_attachment": True, "download_name": "other.csv"}, "attachment; filename=other.csv"),
        ({"download_name": "a b.txt"}, 'inline; filename="a b.txt"'),
        ({"download_name": "ä.txt"}, "inline; filename=a.txt; filename*=UTF-8''%C3%A4.txt"),
    ],
)
def test_file_has_a_name_to_save_it_by(path: Path, options: Any, disposition: str) -> None:
    response = send_file(path, create_environ(), **options)
    assert response.headers["Content-Disposition"] == disposition
    response.close()


def test_attachment_needs_a_name() -> None:
    with pytest.raises(TypeError, match="name"):
        send_file(io.BytesIO(b""), create_environ(), mimetype="a/b", as_attachment=True)


def test_validators_may_be_given_or_left_out(path: Path) -> None:
    with send_file(path, create_environ(), etag="own", last_modified=0) as response:
        assert response.get_etag() == ("own", False)
        assert response.last_modified == datetime(1970, 1, 1, tzinfo=UTC)
    with send_file(path, create_environ(), etag=False) as response:
        assert response.get_etag() == (None, None)


def test_max_age_makes_the_file_public(path: Path) -> None:
    with send_file(path, create_environ(), max_age=60) as response:
        assert response.cache_control.to_header() == "public, max-age=60"
        assert response.expires is not None
    with send_file(path, create_environ(), max_age=lambda path: 5) as response:
        assert response.cache_control.max_age == 5


def test_file_is_conditional_unless_told_otherwise(path: Path) -> None:
    with send_file(path, create_environ()) as response:
        headers = {"If-None-Match": response.headers["ETag"]}
    environ = create_environ(headers=headers)
    with send_file(path, environ) as response:
        assert response.status_code == 304
    with send_file(path, environ, conditional=False) as response:
        assert response.status_code == 200
    with send_file(path, create_environ(headers={"Range": "bytes=1-2"})) as response:
        assert (response.status_code, body_of(response)) == (206, b"el")


def test_server_sends_the_file_if_told_so(path: Path) -> None:
    with send_file(path, create_environ(), use_x_sendfile=True) as response:
        assert response.headers["X-Sendfile"] == str(path)
        assert response.get_data() == b""


def test_wrapper_of_the_server_is_used(path: Path) -> None:
    used: list[Any] = []

    def wrapper(file: Any, buffer_size: int) -> Any:
        used.append(file)
        return file

    environ = {**create_environ(), "wsgi.file_wrapper": wrapper}
    with send_file(path, environ) as response:
        assert body_of(response) == b"hello"
    assert len(used) == 1


def test_encoding_of_a_file_is_sent_unless_it_is_an_attachment(tmp_path: Path) -> None:
    path = tmp_path / "logo.svgz"
    path.write_bytes(b"zipped")
    with send_file(path, create_environ()) as response:
        assert (response.mimetype, response.content_encoding) == ("image/svg+xml", "gzip")
    with send_file(path, create_environ(), as_attachment=True) as response:
        assert response.content_encoding is None


def test_response_class_of_a_file_can_be_chosen(path: Path) -> None:
    class OwnResponse(Response):
        pass

    with send_file(path, create_environ(), response_class=OwnResponse) as response:
        assert type(response) is OwnResponse


def test_file_of_a_folder_is_sent_with_options(path: Path) -> None:
    response = send_from_directory(path.parent, "hello.txt", create_environ(), max_age=5)
    assert response.cache_control.max_age == 5
    assert body_of(response) == b"hello"


@pytest.mark.parametrize("name", ["../hello.txt", "/etc/passwd", "missing.txt", ".", "..\0"])
def test_other_paths_of_a_folder_are_not_found(path: Path, name: str) -> None:
    with pytest.raises(NotFound):
        send_from_directory(path.parent, name, create_environ())


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("My cool movie.mov", "My_cool_movie.mov"),
        ("../../../etc/passwd", "etc_passwd"),
        ("i contain cool \xfcml\xe4uts.txt", "i_contain_cool_umlauts.txt"),
        ("___.txt__", "txt"),
        ("日本", ""),
    ],
)
def test_file_name_is_made_safe(name: str, expected: str) -> None:
    assert secure_filename(name) == expected


# Imports


@pytest.mark.parametrize("name", ["xml.sax.saxutils.escape", "xml.sax.saxutils:escape"])
def test_object_is_imported_by_its_path(name: str) -> None:
    from xml.sax.saxutils import escape

    assert import_string(name) is escape


def test_failed_import_is_an_error_or_none() -> None:
    with pytest.raises(ImportError):
        import_string("xml.missing")
    assert import_string("xml.missing", silent=True) is None
    assert import_string("missing_module:name", silent=True) is None


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, ["shop_of_test.views"]),
        ({"include_packages": True}, ["shop_of_test.admin", "shop_of_test.views"]),
        ({"recursive": True}, ["shop_of_test.admin.pages", "shop_of_test.views"]),
        (
            {"recursive": True, "include_packages": True},
            ["shop_of_test.admin", "shop_of_test.admin.pages", "shop_of_test.views"],
        ),
    ],
)
def test_modules_of_a_package_are_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: Any, expected: list[str]
) -> None:
    for name in ("__init__.py", "views.py", "admin/__init__.py", "admin/pages.py"):
        path = tmp_path / "shop_of_test" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    for name in ("shop_of_test", "shop_of_test.admin"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    assert sorted(find_modules("shop_of_test", **options)) == expected


# Passwords and paths


@pytest.mark.parametrize("method", ["scrypt", "scrypt:16384:8:1", "pbkdf2:sha1:10"])
def test_password_is_checked_by_any_method(method: str) -> None:
    stored = generate_password_hash("secret", method, salt_length=8)
    assert stored.split("$")[0].startswith(method)
    assert len(stored.split("$")[1]) == 8
    assert check_password_hash(stored, "secret")
    assert not check_password_hash(stored, "other")


def test_password_is_hashed_by_scrypt() -> None:
    assert generate_password_hash("secret").startswith("scrypt:32768:8:1$")


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (["a", "b"], "base/a/b"),
        (["a/../b"], "base/b"),
        ([], "base"),
        ([""], "base"),
        (["../a"], None),
        (["a", "../../b"], None),
        (["/a"], None),
    ],
)
def test_path_is_joined_if_it_stays_inside(parts: list[str], expected: str | None) -> None:
    assert safe_join("base", *parts) == expected


# URLs and user agents


def test_iri_and_uri_of_the_documentation() -> None:
    uri = "http://xn--n3h.net/p%C3%A5th?q=%C3%A8ry%DF"
    assert iri_to_uri("http://\u2603.net/p\xe5th?q=\xe8ry%DF") == uri
    assert uri_to_iri(uri) == "http://\u2603.net/p\xe5th?q=\xe8ry%DF"


@pytest.mark.parametrize(
    "url", ["http://user:@host:0/", "http://:secret@host/", "/a%2Fb?c=%26#d%25", "//host/a"]
)
def test_empty_parts_and_reserved_characters_of_a_url_are_kept(url: str) -> None:
    assert iri_to_uri(url) == uri_to_iri(url) == url


def test_user_agent_is_its_text() -> None:
    agent = UserAgent("Browser/1")
    assert str(agent) == agent.to_header() == agent.string == "Browser/1"
    assert bool(agent) is False
    assert repr(agent) == "<UserAgent None/None>"


def test_user_agent_with_a_browser_is_true() -> None:
    class ParsedAgent(UserAgent):
        browser, version = "browser", "1"

    assert ParsedAgent("Browser/1")


# The log

LOGGING = """
import logging, sys
{setup}
from flaskish.werkzeug.serving import make_server
make_server("127.0.0.1", 0, None).log("info", "a message")
logger = logging.getLogger("werkzeug")
print(logging.getLevelName(logger.level), len(logger.handlers))
"""


@pytest.mark.parametrize(
    ("setup", "expected", "is_shown"),
    [
        ("", "INFO 1", True),
        ("logging.basicConfig()", "INFO 0", True),
        ("logging.getLogger('werkzeug').setLevel('ERROR')", "ERROR 1", False),
    ],
)
def test_logger_gets_a_level_and_a_handler_if_it_has_none(
    setup: str, expected: str, is_shown: bool
) -> None:
    code = LOGGING.format(setup=setup)
    result = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == expected
    assert ("a message" in result.stderr) is is_shown


def test_logger_has_the_name_of_werkzeug() -> None:
    assert logging.getLogger("werkzeug").name == "werkzeug"
