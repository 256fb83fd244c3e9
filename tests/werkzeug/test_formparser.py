"""Forms: decoding multipart and URL-encoded bodies, with their limits."""

from __future__ import annotations

import io
import typing as t
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flaskish.werkzeug.datastructures import FileStorage, Headers, MultiDict
from flaskish.werkzeug.exceptions import RequestEntityTooLarge
from flaskish.werkzeug.formparser import (
    FormDataParser,
    MultiPartParser,
    default_stream_factory,
    parse_form_data,
)
from flaskish.werkzeug.sansio.multipart import (
    Data,
    Epilogue,
    Event,
    Field,
    File,
    MultipartDecoder,
    MultipartEncoder,
    NeedData,
    Preamble,
)

URLENCODED = "application/x-www-form-urlencoded"


def part(name: str, value: bytes, filename: str | None = None, extra: str = "") -> bytes:
    head = f'--b\r\nContent-Disposition: form-data; name="{name}"'
    if filename is not None:
        head += f'; filename="{filename}"'
    return f"{head}\r\n{extra}\r\n".encode() + value + b"\r\n"


def parse(body: bytes, **kwargs: t.Any) -> tuple[MultiDict[str, str], MultiDict[str, FileStorage]]:
    return MultiPartParser(**kwargs).parse(io.BytesIO(body), b"b", len(body))


def decode(chunks: t.Iterable[bytes], boundary: bytes = b"b") -> list[Event]:
    """Return all events, with the pieces of each part joined."""
    decoder = MultipartDecoder(boundary)
    events: list[Event] = []
    data = b""
    for chunk in [*chunks, None]:
        decoder.receive_data(chunk)
        while not isinstance(event := decoder.next_event(), NeedData):
            if isinstance(event, Data):
                data += event.data
                if event.more_data:
                    continue
                event, data = Data(data, more_data=False), b""
            events.append(event)
            if isinstance(event, Epilogue):
                return events
    return events


# Multipart


def test_fields_and_files() -> None:
    body = part("a", b"1") + part("f", b"content", "a.txt", "Content-Type: text/x\r\n") + b"--b--"
    form, files = parse(body)
    assert form.to_dict() == {"a": "1"}
    upload = files["f"]
    assert upload.read() == b"content"
    upload.close()
    assert (upload.name, upload.filename, upload.mimetype) == ("f", "a.txt", "text/x")


def test_repeated_names_are_all_kept() -> None:
    form, _ = parse(part("a", b"1") + part("a", b"2") + b"--b--")
    assert form.getlist("a") == ["1", "2"]


def test_upload_without_a_file_name_is_kept_and_falsy() -> None:
    _, files = parse(part("f", b"", "") + b"--b--")
    assert "f" in files
    assert not files["f"]
    files["f"].close()


def test_part_without_a_name_has_the_key_none() -> None:
    form, _ = parse(b"--b\r\nContent-Disposition: form-data\r\n\r\n1\r\n--b--")
    assert list(form.items()) == [(None, "1")]


@pytest.mark.parametrize("line_break", [b"\r\n", b"\n", b"\r"])
def test_any_line_break_will_do(line_break: bytes) -> None:
    body = part("a", b"1") + part("b", b"") + b"--b--"
    form, _ = parse(body.replace(b"\r\n", line_break))
    assert form.to_dict() == {"a": "1", "b": ""}


def test_lines_that_look_like_the_boundary_are_data() -> None:
    value = b" --b--\r\n--bb\r\n\r\n--b x\r\n-"
    form, _ = parse(part("a", value) + b"--b--")
    assert form["a"].encode() == value


def test_blanks_after_the_boundary_are_ignored() -> None:
    body = part("a", b"1").replace(b"--b\r\n", b"--b \t\r\n") + b"--b--  \r\n"
    assert parse(body)[0].to_dict() == {"a": "1"}


def test_continued_headers_are_joined() -> None:
    body = (
        b'--b\r\nContent-Disposition: form-data;\r\n\tname="a";\r\n filename="x"\r\n\r\n1\r\n--b--'
    )
    _, files = parse(body)
    assert files["a"].filename == "x"
    files["a"].close()


def test_charset_of_a_field_may_be_latin_1() -> None:
    extra = "Content-Type: text/plain; charset=iso-8859-1\r\n"
    assert parse(part("a", b"\xe4", extra=extra) + b"--b--")[0]["a"] == "ä"


def test_other_charsets_of_a_field_are_ignored() -> None:
    extra = "Content-Type: text/plain; charset=utf-7\r\n"
    assert parse(part("a", b"+AOQ-", extra=extra) + b"--b--")[0]["a"] == "+AOQ-"


def test_broken_bytes_in_a_field_are_replaced() -> None:
    assert parse(part("a", b"\xff") + b"--b--")[0]["a"] == "\ufffd"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"nothing",
        part("a", b"1"),
        b"--b\r\n\r\nno headers\r\n--b--",
        b"--b\r\nX-Other: 1\r\n\r\n1\r\n--b--",
        b"--b\r\nContent-Disposition: \xff\r\n\r\n1\r\n--b--",
    ],
)
def test_broken_bodies_are_value_errors(body: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  the texts are not for users
        parse(body)


def test_a_failed_parse_closes_its_files() -> None:
    opened: list[t.IO[bytes]] = []

    def stream_factory(*args: t.Any, **kwargs: t.Any) -> t.IO[bytes]:
        opened.append(io.BytesIO())
        return opened[-1]

    body = part("f", b"1", "a") + part("g", b"2", "b")
    with pytest.raises(ValueError, match="Invalid form-data"):
        parse(body, stream_factory=stream_factory)
    assert [stream.closed for stream in opened] == [True, True]


def test_stream_factory_is_told_about_the_file() -> None:
    told: list[dict[str, t.Any]] = []

    def stream_factory(**kwargs: t.Any) -> t.IO[bytes]:
        told.append(kwargs)
        return io.BytesIO()

    extra = "Content-Type: text/x\r\nContent-Length: 5\r\n"
    body = part("f", b"12345", "a.txt", extra) + b"--b--"
    parse(body, stream_factory=stream_factory)
    assert told == [
        {
            "total_content_length": len(body),
            "filename": "a.txt",
            "content_type": "text/x",
            "content_length": 5,
        }
    ]


def test_large_uploads_move_to_disk() -> None:
    stream = default_stream_factory(None, None, None)
    with stream:
        stream.write(b"x" * (500 * 1024 + 1))
        assert stream._rolled  # type: ignore[attr-defined]


def test_files_can_be_read_as_text() -> None:
    _, files = parse(part("f", b"1,2\r\n3,4", "a.csv") + b"--b--")
    with io.TextIOWrapper(t.cast("t.BinaryIO", files["f"].stream)) as text:
        assert text.readlines() == ["1,2\n", "3,4"]


# Limits


def test_field_may_be_as_large_as_the_limit() -> None:
    body = part("a", b"x" * 100) + b"--b--"
    assert parse(body, max_form_memory_size=100, buffer_size=20)[0]["a"] == "x" * 100
    with pytest.raises(RequestEntityTooLarge):
        parse(body, max_form_memory_size=99, buffer_size=20)


def test_files_may_be_larger_than_the_memory_limit() -> None:
    body = part("f", b"x" * 1000, "a") + b"--b--"
    _, files = parse(body, max_form_memory_size=200, buffer_size=50)
    assert len(files["f"].read()) == 1000
    files["f"].close()


def test_no_more_is_read_at_once_than_may_wait() -> None:
    body = part("f", b"x" * 300_000, "a") + b"--b--"
    _, files = parse(body, max_form_memory_size=70_000)
    assert len(files["f"].read()) == 300_000
    files["f"].close()


def test_headers_count_for_the_memory_limit() -> None:
    body = b"--b\r\nX-Long: " + b"x" * 1000
    with pytest.raises(RequestEntityTooLarge):
        parse(body, max_form_memory_size=500, buffer_size=50)


def test_number_of_parts_is_limited() -> None:
    body = part("a", b"1") * 3 + b"--b--"
    assert len(parse(body, max_form_parts=3)[0].getlist("a")) == 3
    with pytest.raises(RequestEntityTooLarge):
        parse(body, max_form_parts=2)


def test_many_lookalikes_take_linear_time() -> None:
    body = part("a", b"\r\n--bx" * 200_000 + b"\r\n--" * 200_000 + b"-" * 200_000) + b"--b--"
    assert len(parse(body)[0]["a"]) == 200_000 * 11


# The decoder and the encoder


def test_data_of_a_large_file_is_not_copied() -> None:
    decoder = MultipartDecoder(b"b")
    decoder.receive_data(part("f", b"", "a").removesuffix(b"\r\n") + b"x" * 100)
    while not isinstance(decoder.next_event(), NeedData):
        pass
    chunk = b"y" * 100
    decoder.receive_data(chunk)
    event = decoder.next_event()
    assert isinstance(event, Data)
    assert event.data is chunk


def test_events_of_a_message() -> None:
    body = b"pre\r\n" + part("a", b"1") + part("f", b"2", "x") + b"--b--\r\npost"
    assert decode([body]) == [
        Preamble(b"pre"),
        Field("a", Headers([("Content-Disposition", 'form-data; name="a"')])),
        Data(b"1", more_data=False),
        File("f", "x", Headers([("Content-Disposition", 'form-data; name="f"; filename="x"')])),
        Data(b"2", more_data=False),
        Epilogue(b"post"),
    ]


@given(
    st.lists(st.sampled_from([b"\r", b"\n", b"-", b"--b", b"\r\n--b", b" ", b"x"]), max_size=12),
    st.integers(1, 9),
)
def test_where_the_bytes_are_cut_does_not_matter(pieces: list[bytes], size: int) -> None:
    body = part("a", b"".join(pieces)) + part("b", b"") + b"--b--\r\n"
    whole = decode_or_error([body])
    chunks = [body[i : i + size] for i in range(0, len(body), size)]
    assert decode_or_error(chunks)[:-1] == whole[:-1]


def decode_or_error(chunks: list[bytes]) -> list[object]:
    try:
        # The line break after the end belongs to it only if it is there in time.
        return [*decode(chunks)]
    except ValueError:
        return ["error", "error"]


def test_data_is_handed_on_as_it_comes() -> None:
    decoder = MultipartDecoder(b"b")
    decoder.receive_data(b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n')
    assert decoder.next_event() == Preamble(b"")
    assert isinstance(decoder.next_event(), Field)
    assert isinstance(decoder.next_event(), NeedData)
    decoder.receive_data(b"one")
    assert decoder.next_event() == Data(b"one", more_data=True)
    decoder.receive_data(b"two\r")
    assert decoder.next_event() == Data(b"two", more_data=True)
    assert isinstance(decoder.next_event(), NeedData)


def test_encoder_writes_what_the_decoder_reads() -> None:
    events = [
        Preamble(b""),
        Field("a", Headers({"Content-Disposition": 'form-data; name="a"', "X-A": "1"})),
        Data(b"1", more_data=False),
        Field("empty", Headers({"Content-Disposition": 'form-data; name="empty"'})),
        Data(b"", more_data=False),
        File("f", "x", Headers({"Content-Disposition": 'form-data; name="f"; filename="x"'})),
        Data(b"2", more_data=False),
        Epilogue(b""),
    ]
    encoder = MultipartEncoder(b"b")
    assert decode([b"".join(encoder.send_event(event) for event in events)]) == events


def test_encoder_refuses_events_out_of_order() -> None:
    with pytest.raises(ValueError, match="Cannot generate"):
        MultipartEncoder(b"b").send_event(Data(b"", more_data=False))


# The whole parser


def environ(body: bytes, content_type: str) -> dict[str, t.Any]:
    return {
        "CONTENT_TYPE": content_type,
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
    }


def test_urlencoded_form() -> None:
    stream, form, files = parse_form_data(environ(b"a=1&a=2&b=%C3%A4+&c", URLENCODED))
    assert list(form.items(multi=True)) == [("a", "1"), ("a", "2"), ("b", "ä "), ("c", "")]
    assert not files
    assert stream.read() == b""


def test_broken_utf8_in_a_urlencoded_form_stays_quoted() -> None:
    assert parse_form_data(environ(b"a=%ff%C3%A4", URLENCODED))[1]["a"] == "%FFä"


def test_urlencoded_form_that_is_not_utf8_is_empty() -> None:
    assert not parse_form_data(environ(b"a=\xff", URLENCODED))[1]
    with pytest.raises(UnicodeDecodeError):
        parse_form_data(environ(b"a=\xff", URLENCODED), silent=False)


def test_parts_of_a_urlencoded_form_are_not_limited() -> None:
    body = b"a=1&b=2&c=" + b"x" * 100
    form = parse_form_data(environ(body, URLENCODED), max_form_parts=1, max_form_memory_size=10)[1]
    assert len(form) == 3


def test_multipart_form() -> None:
    body = part("a", b"1") + b"--b--"
    assert parse_form_data(environ(body, 'multipart/form-data; boundary="b"'))[1]["a"] == "1"


def test_multipart_form_without_parts() -> None:
    _, form, files = parse_form_data(
        environ(b"--b--", "multipart/form-data; boundary=b"), silent=False
    )
    assert (len(form), len(files)) == (0, 0)


@pytest.mark.parametrize("content_type", ["multipart/form-data", "multipart/form-data; boundary=ä"])
def test_boundary_has_to_be_there(content_type: str) -> None:
    assert not parse_form_data(environ(b"--b--", content_type))[1]
    with pytest.raises(ValueError, match=r"boundary|ordinal"):
        parse_form_data(environ(b"--b--", content_type), silent=False)


def test_other_bodies_are_left_alone() -> None:
    stream, form, files = parse_form_data(environ(b"{}", "application/json"))
    assert stream.read() == b"{}"
    assert not form
    assert not files


def test_content_length_is_limited() -> None:
    with pytest.raises(RequestEntityTooLarge):
        parse_form_data(environ(b"a=1", URLENCODED), max_content_length=2)


def test_class_of_the_result() -> None:
    form = FormDataParser(cls=dict).parse(io.BytesIO(b"a=1&a=2"), URLENCODED, 7)[1]  # type: ignore[arg-type]
    assert form == {"a": "2"}


def test_no_file_is_left_open() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        parse_form_data(environ(part("f", b"1", "x"), "multipart/form-data; boundary=b"))
