"""Attributes that cache or read headers, redirects, files, file names and imports."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from flaskish.werkzeug import utils
from flaskish.werkzeug.datastructures import Headers
from flaskish.werkzeug.exceptions import NotFound, RequestedRangeNotSatisfiable
from flaskish.werkzeug.http import dump_age, http_date, parse_date
from flaskish.werkzeug.test import create_environ
from flaskish.werkzeug.utils import (
    ImportStringError,
    append_slash_redirect,
    cached_property,
    environ_property,
    find_modules,
    get_content_type,
    header_property,
    import_string,
    redirect,
    secure_filename,
    send_file,
    send_from_directory,
)
from flaskish.werkzeug.wrappers import Response

# cached_property


class Counter:
    def __init__(self) -> None:
        self.calls = 0

    @cached_property
    def value(self) -> int:
        """The number of calls."""
        self.calls += 1
        return self.calls


class Slotted:
    __slots__ = ("_cache_value", "calls")

    def __init__(self) -> None:
        self.calls = 0

    @cached_property
    def value(self) -> int:
        self.calls += 1
        return self.calls


@pytest.mark.parametrize("counter_class", [Counter, Slotted])
def test_value_is_computed_once(counter_class: type[Any]) -> None:
    counter = counter_class()
    assert (counter.value, counter.value) == (1, 1)


@pytest.mark.parametrize("counter_class", [Counter, Slotted])
def test_value_can_be_set_and_deleted(counter_class: type[Any]) -> None:
    counter = counter_class()
    counter.value = 9
    assert counter.value == 9
    del counter.value
    assert counter.value == 1


def test_property_keeps_the_docstring() -> None:
    assert Counter.value.__doc__ == "The number of calls."


def test_property_may_keep_its_value_under_another_name() -> None:
    class Named:
        value = cached_property(lambda self: 5, name="other")

    named = Named()
    assert named.value == 5
    assert named.__dict__ == {"other": 5}


# environ_property and header_property


class Message:
    def __init__(self, **values: str) -> None:
        self.environ = dict(values)
        self.headers = Headers(list(values.items()))

    plain = environ_property[str]("PLAIN")
    number = environ_property("NUMBER", -1, int)
    writable = environ_property[str]("WRITABLE", read_only=False)
    date = header_property("Date", None, parse_date, http_date, doc="A date.")
    age = header_property("Age", None, int, dump_age, read_only=True)


def test_property_reads_and_converts() -> None:
    message = Message(PLAIN="text", NUMBER="5")
    assert (message.plain, message.number) == ("text", 5)


def test_property_has_a_default_for_what_is_missing_or_makes_no_sense() -> None:
    assert (Message().plain, Message().number) == (None, -1)
    assert Message(NUMBER="x").number == -1


def test_property_writes_converts_and_deletes() -> None:
    message = Message()
    message.date = datetime(2030, 1, 1, tzinfo=UTC)
    assert message.headers["Date"] == "Tue, 01 Jan 2030 00:00:00 GMT"
    del message.date
    assert "Date" not in message.headers


def test_property_of_the_environ_is_read_only_by_default() -> None:
    message = Message()
    message.writable = "x"
    assert message.environ == {"WRITABLE": "x"}
    with pytest.raises(AttributeError, match="read only"):
        message.plain = "x"
    with pytest.raises(AttributeError, match="read only"):
        del message.age


def test_property_of_a_class_is_the_property_itself() -> None:
    assert Message.date.__doc__ == "A date."
    assert repr(Message.plain) == "<environ_property PLAIN>"


# Content types


@pytest.mark.parametrize(
    ("mimetype", "expected"),
    [
        ("text/html", "text/html; charset=utf-8"),
        ("application/xml", "application/xml; charset=utf-8"),
        ("image/svg+xml", "image/svg+xml; charset=utf-8"),
        ("application/javascript", "application/javascript; charset=utf-8"),
        ("application/json", "application/json"),
        ("image/png", "image/png"),
    ],
)
def test_type_of_text_gets_the_charset(mimetype: str, expected: str) -> None:
    assert get_content_type(mimetype, "utf-8") == expected


# Redirects


def test_redirect_has_location_and_a_page() -> None:
    response = redirect("/a?b=1&c=2")
    assert response.status_code == 302
    assert response.headers["Location"] == "/a?b=1&c=2"
    assert '<a href="/a?b=1&amp;c=2">' in response.get_data(as_text=True)


def test_location_of_a_redirect_is_a_plain_text_among_the_headers() -> None:
    class Text(str):
        pass

    for location in ("/there", Text("/there"), "https://example.org/there"):
        values = [value for name, value in redirect(location).headers if name == "Location"]
        assert values == [location]
        assert type(values[0]) is str


def test_page_of_a_redirect_is_escaped() -> None:
    assert "<script>" not in redirect("/<script>").get_data(as_text=True)


def test_redirect_takes_code_and_class() -> None:
    class Special(Response):
        """A response of an application."""

    response = redirect("/", 308, Special)
    assert isinstance(response, Special)
    assert response.status_code == 308


@pytest.mark.parametrize(
    ("path", "query", "location"),
    [("/a", "", "a/"), ("/a/b", "x=1", "b/?x=1"), ("/a/", "", "./"), ("", "", "./")],
)
def test_slash_is_appended_relative_to_the_last_segment(
    path: str, query: str, location: str
) -> None:
    response = append_slash_redirect({"PATH_INFO": path, "QUERY_STRING": query})
    assert response.status_code == 308
    assert response.headers["Location"] == location


# send_file


@pytest.fixture
def text_file(tmp_path: Path) -> Path:
    path = tmp_path / "letters.txt"
    path.write_bytes(b"abcdefghij")
    os.utime(path, (1_000_000_000, 1_000_000_000))
    return path


def body_of(response: Response) -> bytes:
    response.direct_passthrough = False
    data = response.get_data()
    response.close()
    return data


def test_headers_of_a_file_come_in_werkzeugs_order(text_file: Path) -> None:
    response = send_file(text_file, create_environ(), max_age=60)
    response.close()
    assert [name for name, _ in response.headers] == [
        "Content-Disposition",
        "Content-Type",
        "Content-Length",
        "Last-Modified",
        "Cache-Control",
        "Expires",
        "ETag",
        "Date",
        "Accept-Ranges",
    ]


def test_file_is_sent_with_type_length_and_validators(text_file: Path) -> None:
    response = send_file(text_file, create_environ())
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert response.headers["Content-Disposition"] == "inline; filename=letters.txt"
    assert response.content_length == 10
    assert response.headers["Last-Modified"] == "Sun, 09 Sep 2001 01:46:40 GMT"
    assert response.get_etag()[0]
    assert response.headers["Cache-Control"] == "no-cache"
    assert body_of(response) == b"abcdefghij"


def test_file_object_needs_a_name_or_a_type() -> None:
    with pytest.raises(TypeError, match="attachment"):
        send_file(io.BytesIO(b"x"), create_environ(), "text/plain", as_attachment=True)
    with pytest.raises(TypeError, match="MIME type"):
        send_file(io.BytesIO(b"x"), create_environ())
    response = send_file(io.BytesIO(b"x"), create_environ(), download_name="a.png")
    assert response.mimetype == "image/png"
    assert body_of(response) == b"x"


def test_file_open_for_text_is_refused() -> None:
    with pytest.raises(ValueError, match="binary mode"):
        send_file(io.StringIO("x"), create_environ(), "text/plain")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("index.html", "attachment; filename=index.html"),
        ("a b.txt", 'attachment; filename="a b.txt"'),
        ("Ñandú.txt", "attachment; filename=Nandu.txt; filename*=UTF-8''%C3%91and%C3%BA.txt"),
        ("名前.txt", "attachment; filename=.txt; filename*=UTF-8''%E5%90%8D%E5%89%8D.txt"),
        ("a:b.txt", 'attachment; filename="a:b.txt"'),
    ],
)
def test_name_of_an_attachment_is_encoded(text_file: Path, name: str, expected: str) -> None:
    response = send_file(text_file, create_environ(), as_attachment=True, download_name=name)
    assert response.headers["Content-Disposition"] == expected
    response.close()


def test_max_age_may_depend_on_the_path(text_file: Path) -> None:
    response = send_file(
        text_file, create_environ(), max_age=lambda path: 60 if "letters" in str(path) else 0
    )
    assert response.headers["Cache-Control"] == "public, max-age=60"
    assert response.expires is not None
    response.close()


def test_etag_may_be_given_or_left_out(text_file: Path) -> None:
    with_etag = send_file(text_file, create_environ(), etag="own")
    without = send_file(text_file, create_environ(), etag=False)
    assert with_etag.get_etag() == ("own", False)
    assert without.get_etag() == (None, None)
    with_etag.close()
    without.close()


def test_known_file_is_not_sent_again(text_file: Path) -> None:
    environ = create_environ(headers={"If-None-Match": '"own"'})
    response = send_file(text_file, environ, etag="own")
    assert response.status_code == 304
    assert b"".join(response.get_app_iter(environ)) == b""
    response.close()


def test_conditions_are_left_aside_on_demand(text_file: Path) -> None:
    environ = create_environ(headers={"If-None-Match": '"own"'})
    response = send_file(text_file, environ, etag="own", conditional=False)
    assert response.status_code == 200
    response.close()


def test_part_of_a_file_is_sent(text_file: Path) -> None:
    response = send_file(text_file, create_environ(headers={"Range": "bytes=2-4"}))
    assert response.status_code == 206
    assert response.headers["Content-Range"] == "bytes 2-4/10"
    assert body_of(response) == b"cde"


def test_part_that_does_not_exist_is_an_error(text_file: Path) -> None:
    with pytest.raises(RequestedRangeNotSatisfiable):
        send_file(text_file, create_environ(headers={"Range": "bytes=20-"}))


def test_server_may_be_asked_to_send_the_file(text_file: Path) -> None:
    response = send_file(text_file, create_environ(), use_x_sendfile=True)
    assert response.headers["X-Sendfile"] == str(text_file)
    assert body_of(response) == b""


def test_compressed_file_has_an_encoding(tmp_path: Path) -> None:
    path = tmp_path / "a.tar.gz"
    path.write_bytes(b"")
    response = send_file(path, create_environ())
    attachment = send_file(path, create_environ(), as_attachment=True)
    assert response.content_encoding == "gzip"
    assert attachment.content_encoding is None
    response.close()
    attachment.close()


def test_file_of_a_folder_is_sent(text_file: Path) -> None:
    response = send_from_directory(text_file.parent, "letters.txt", create_environ())
    assert body_of(response) == b"abcdefghij"


@pytest.mark.parametrize("path", ["../letters.txt", "/etc/passwd", "missing", "", "a\0b", "\ud800"])
def test_path_out_of_the_folder_is_not_found(text_file: Path, path: str) -> None:
    with pytest.raises(NotFound):
        send_from_directory(text_file.parent, path, create_environ())


# secure_filename


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("My cool movie.mov", "My_cool_movie.mov"),
        ("../../../etc/passwd", "etc_passwd"),
        ("i contain cool ümläuts.txt", "i_contain_cool_umlauts.txt"),
        ("__filename__", "filename"),
        ("foo$&^*)bar", "foobar"),
        ("名前", ""),
        ("..", ""),
        ("a\0b", "ab"),
        ("nul.txt", "nul.txt"),
    ],
)
def test_file_name_is_made_safe(name: str, expected: str) -> None:
    assert secure_filename(name) == expected


def test_name_of_a_device_is_changed_on_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(utils.os, "name", "nt")
    assert secure_filename("nul.txt") == "_nul.txt"


# Imports


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A package ``imported`` with a few modules; it is forgotten afterwards."""
    monkeypatch.syspath_prepend(tmp_path)
    for name, source in {
        "__init__": "",
        "good": "value = 5",
        "broken": "from os import a_typo",
        "user": "from imported import broken",
        "failing": "raise AttributeError('of its own')",
        "sub/__init__": "",
        "sub/deep": "",
    }.items():
        path = tmp_path / "imported" / f"{name}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(source)
    known = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - known:
        del sys.modules[name]


@pytest.mark.parametrize("name", ["imported.good.value", "imported.good:value"])
def test_object_of_a_module_is_imported(package: Path, name: str) -> None:
    assert import_string(name) == 5


def test_module_is_imported(package: Path) -> None:
    assert isinstance(import_string("imported.good"), ModuleType)


@pytest.mark.parametrize(
    "name", ["imported.good.other", "imported.none", "not_there", "imported:x"]
)
def test_missing_name_is_an_import_error(package: Path, name: str) -> None:
    assert import_string(name, silent=True) is None
    with pytest.raises(ImportStringError) as caught:
        import_string(name)
    assert caught.value.import_name == name.replace(":", ".")


def test_name_with_dots_in_front_is_that_of_no_module() -> None:
    assert import_string("../a", silent=True) is None


def test_import_error_tells_how_far_it_came(package: Path) -> None:
    with pytest.raises(ImportStringError) as caught:
        import_string("imported.good.other")
    text = str(caught.value)
    assert "- 'imported.good' found in" in text
    assert "- 'imported.good.other' not found." in text


def test_import_error_leads_to_the_module_that_failed(package: Path) -> None:
    with pytest.raises(ImportError) as caught:
        import_string("imported.user")
    assert "a_typo" in str(caught.value)
    assert caught.traceback[-1].path == package / "imported" / "broken.py"


def test_other_errors_of_a_module_are_its_own(package: Path) -> None:
    with pytest.raises(AttributeError, match="of its own"):
        import_string("imported.failing")


def test_modules_of_a_package_are_found(package: Path) -> None:
    plain = [f"imported.{name}" for name in ("broken", "failing", "good", "user")]
    assert list(find_modules("imported")) == plain
    assert set(find_modules("imported", include_packages=True)) == {*plain, "imported.sub"}
    assert set(find_modules("imported", recursive=True)) == {*plain, "imported.sub.deep"}


def test_modules_of_a_module_are_an_error(package: Path) -> None:
    with pytest.raises(ValueError, match="is not a package"):
        list(find_modules("imported.good"))
