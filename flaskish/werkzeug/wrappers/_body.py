"""One body for two requests: whoever reads it first, Django or we, the other still sees it.

Werkzeug: ``Request.stream``, ``form`` and ``files``. Django: ``HttpRequest.body``, ``POST``,
``FILES``.

Django's request keeps what it read in ``_body``, or in ``_post`` and ``_files`` once it has parsed
a form. The functions here look there before reading, and leave there what was read.
"""

from __future__ import annotations

import typing as t
from io import BytesIO

from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from ..datastructures import FileStorage, iter_multi_items
from ..exceptions import ClientDisconnected, RequestEntityTooLarge
from ..http import dump_options_header
from ..wsgi import (
    ENDLESS,
    READ_SIZE,
    LimitedStream,
    get_content_length,
    get_input_stream,
    is_of_the_server,
)

if t.TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile
    from django.http import HttpRequest

    from ..datastructures import MultiDict
    from .request import Request

    FormParts = tuple[MultiDict[str, str], MultiDict[str, FileStorage]]

URLENCODED = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"


def open_body(request: Request, http_request: HttpRequest) -> t.IO[bytes]:
    """Return a stream over the body of Django's request.

    :param request: Our request, for its limit and the length that was announced.
    :param http_request: Django's request.
    :raises RequestEntityTooLarge: The body is larger than ``max_content_length``.
    """
    max_content_length = request.max_content_length
    body: bytes | None = getattr(http_request, "_body", None)
    if not body and body is not None and _missed_the_body(http_request):
        return get_input_stream(http_request.META, max_content_length=max_content_length)
    length = request.content_length if body is None else len(body)
    if length is not None and max_content_length is not None and length > max_content_length:
        raise RequestEntityTooLarge()
    if body is not None:
        if len(body) < (request.content_length or 0):
            # Django takes a body that ends too early for a shorter one.
            raise ClientDisconnected
        return BytesIO(body)
    if not length and _end_with_the_server(http_request):
        length = None
    elif length is None and "wsgi.input" in http_request.META:
        # Nobody knows where it ends, not even Django, which goes by the length of a chunked body.
        return BytesIO()
    # A type checker wants files to have more than what is used of them.
    source: t.Any = http_request
    stream: t.Any
    if length is None or getattr(http_request, "_read_started", False):
        # Django's request knows where its body ends.
        limit = ENDLESS if max_content_length is None else max_content_length
        stream = LimitedStream(source, limit, is_max=True)
    else:
        # A client that sends less than it announced is an error, as without Django.
        stream = LimitedStream(source, length)
    return stream  # type: ignore[no-any-return]


def _missed_the_body(http_request: HttpRequest) -> bool:
    """Tell whether Django, asked for a body in chunks, went by its length and read nothing."""
    meta = http_request.META
    return "wsgi.input_terminated" in meta and not get_content_length(meta)


def read_at_once(request: Request, http_request: HttpRequest) -> bytes | None:
    """Read the whole of a small body that nobody has begun to read.

    :param request: Our request, for its limit and the length that was announced.
    :param http_request: Django's request.
    :return: The body; ``None`` if a stream is to read it, or to refuse that.
    :raises ClientDisconnected: It cannot be read, or is shorter than was announced.
    """
    length = request.content_length
    if not length or length > READ_SIZE or hasattr(http_request, "_body"):
        return None
    max_content_length = request.max_content_length
    if max_content_length is not None and length > max_content_length:
        return None
    if getattr(http_request, "_read_started", True):
        return None
    try:
        body: bytes = http_request.read(length)
    except Exception as error:
        if is_of_the_server(error):
            raise ClientDisconnected from error
        raise
    if len(body) < length:
        rest: t.Any = LimitedStream(t.cast("t.Any", http_request), length - len(body))
        body += rest.read()
    return body


def _end_with_the_server(http_request: HttpRequest) -> bool:
    """Let Django's request read to where the server ends a body whose length is not known.

    :return: Whether the server does.
    """
    if "wsgi.input_terminated" not in http_request.META:
        return False
    if getattr(http_request, "_read_started", False):
        return False
    http_request._stream = http_request.META["wsgi.input"]
    return True


def parse_form(
    request: Request,
) -> tuple[t.IO[bytes], MultiDict[str, str], MultiDict[str, FileStorage]]:
    """Parse the form of a request, or take the one Django has parsed, and show it to Django.

    :return: The stream, the fields and the files.
    :raises RequestEntityTooLarge: The form is larger than a limit of the request allows.
    """
    mimetype = request.mimetype
    parser = request.make_form_data_parser()
    http_request: t.Any = request.__dict__.get("django")
    is_of_django = http_request is not None and request._cached_data is None
    # Asked before anything is read.
    was_parsed = is_of_django and was_parsed_by_django(http_request)
    is_unread = is_of_django and not http_request._read_started
    stream = request._get_stream_for_parsing()
    if was_parsed:
        source = http_request._stream
        if getattr(source, "_pos", 0) < getattr(source, "limit", 0):
            # Django takes a form that ends too early for a shorter one.
            raise ClientDisconnected
        cls, max_parts = request.parameter_storage_class, request.max_form_parts
        return stream, *from_django_form(http_request, cls, max_parts)
    if is_unread and mimetype == URLENCODED:
        # Django parses such a form from the bytes as well.
        body = parser.read_urlencoded(stream)
        leave_body(http_request, body)
        stream = BytesIO(body)

    stream, form, files = parser.parse(
        stream, mimetype, request.content_length, request.mimetype_params
    )
    if http_request is not None and mimetype == MULTIPART:
        share_form(http_request, form, files)
    return stream, form, files


def was_parsed_by_django(http_request: HttpRequest) -> bool:
    """Whether Django has parsed the body as a form and kept nothing but the result."""
    # Django sets an empty form without reading anything when the method is not POST.
    return (
        getattr(http_request, "_read_started", False)
        and hasattr(http_request, "_post")
        and not hasattr(http_request, "_body")
    )


def from_django_form(
    http_request: HttpRequest, cls: type[MultiDict[str, t.Any]], max_parts: int | None
) -> FormParts:
    """Make our form and files from those Django has parsed.

    :raises RequestEntityTooLarge: There are more parts than ``max_parts``.
    """
    fields = [(key, value) for key, values in http_request.POST.lists() for value in values]
    files = [
        (key, from_django_upload(key, uploaded_file))
        for key, uploaded_files in http_request.FILES.lists()
        for uploaded_file in uploaded_files
    ]
    if max_parts is not None and len(fields) + len(files) > max_parts:
        raise RequestEntityTooLarge()
    return cls(fields), cls(files)


def from_django_upload(name: str, uploaded_file: UploadedFile[t.Any]) -> FileStorage:
    """Make a ``FileStorage`` with the headers that Django has taken apart."""
    storage = FileStorage.from_django_file(uploaded_file, name)
    options = {"name": name, "filename": storage.filename}
    storage.headers["Content-Disposition"] = dump_options_header("form-data", options)
    params: dict[str, t.Any] = {
        key: value.decode() if isinstance(value, bytes) else value
        for key, value in (uploaded_file.content_type_extra or {}).items()
    }
    if params and uploaded_file.content_type:
        storage.headers["Content-Type"] = dump_options_header(uploaded_file.content_type, params)
    return storage


def is_missing(http_request: HttpRequest) -> bool:
    """Whether Django has neither the body nor a form that it was parsed as."""
    return not hasattr(http_request, "_body") and not was_parsed_by_django(http_request)


def leave_body(http_request: HttpRequest, body: bytes) -> None:
    """Leave the body we have read whole, from the start, where Django looks for it."""
    http_request._body = body
    http_request._stream = BytesIO(body)
    mark_as_read(http_request)


def mark_as_read(http_request: HttpRequest) -> None:
    """Tell Django that the stream is no longer at its start."""
    http_request._read_started = True  # type: ignore[attr-defined]


def share_form(
    http_request: HttpRequest,
    form: MultiDict[str, str],
    files: MultiDict[str, FileStorage],
) -> None:
    """Leave the form we have parsed where Django looks for it."""
    mark_as_read(http_request)
    if http_request.method != "POST" or hasattr(http_request, "_body"):
        return
    # Django leaves out parts without a name, and takes uploads without a file name for fields.
    post = QueryDict(mutable=True)
    for key, value in iter_multi_items(form):
        if key is not None:
            post.appendlist(key, value)
    uploads: MultiValueDict[str, UploadedFile[t.Any]] = MultiValueDict()
    for key, storage in iter_multi_items(files):
        if key is None:
            continue
        if storage.filename:
            uploads.appendlist(key, storage.to_django_file())
        else:
            post.appendlist(key, "")
    post._mutable = False
    http_request._post = post  # type: ignore[attr-defined]
    http_request._files = uploads  # type: ignore[attr-defined]
