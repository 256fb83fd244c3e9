"""The request: what a client sent, read from a WSGI environment or from Django's request.

Werkzeug: wrappers.Request. Django: ``HttpRequest``, reachable as ``request.django``.
"""

from __future__ import annotations

import functools
import json
import typing as t
from io import BytesIO

from ... import werkzeug
from .. import sansio, wrappers
from .._properties import environ_property
from ..datastructures import (
    CombinedMultiDict,
    EnvironHeaders,
    MultiDict,
    iter_multi_items,
)
from ..exceptions import BadRequest, RequestEntityTooLarge, UnsupportedMediaType
from ..sansio._lazy import lazy_attribute, on_demand
from ..sansio.request import Request as _SansIORequest
from ._environ import build_environ, decode_from_wsgi, get_server, read_header

if t.TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment
    from django.http import HttpRequest

    from ..datastructures import FileStorage, Headers, ImmutableMultiDict
    from ..formparser import FormDataParser
    from ._scope import Scope


class Request(_SansIORequest):
    """An HTTP request. Nothing is read or parsed before it is asked for.

    Attributes it does not have are those of :attr:`django`, such as ``user`` or ``GET``.

    :param environ: The WSGI environment.
    :param populate_request: Keep the request in the environment as ``werkzeug.request``.
    :param shallow: Refuse to read the body, so that it stays there for somebody else.
    """

    #: Bytes the body may have; unlimited if ``None``.
    max_content_length: int | None = None

    #: Bytes a field of a multipart form may have in memory. Files may be larger.
    max_form_memory_size: int | None = 500_000

    #: Number of parts a multipart form may have.
    max_form_parts: int | None = 1000

    #: Class that parses forms.
    form_data_parser_class: type[FormDataParser] = on_demand(
        lambda: werkzeug.formparser.FormDataParser
    )

    #: Whether reading the body is refused.
    shallow = False

    #: Object with the functions ``dumps`` and ``loads``.
    json_module: t.Any = json

    #: What an ASGI server says of the request; only there if one does.
    scope: Scope
    _scope: Scope | None = None
    _scope_body: t.IO[bytes] | None = None
    # Whether there is nothing behind the prefix, not even a slash.
    _is_bare_prefix = False
    _mount_prefix = ""
    _is_mounted = False
    _cached_data: bytes | None = None
    _form_error: BadRequest | RequestEntityTooLarge | None = None
    # What ``get_json`` returned, normal and silent.
    _cached_json: tuple[t.Any, t.Any] = (Ellipsis, Ellipsis)

    def __init__(
        self, environ: WSGIEnvironment, populate_request: bool = True, shallow: bool = False
    ) -> None:
        self.environ = environ
        self.method = environ.get("REQUEST_METHOD", "GET").upper()
        path = environ.get("PATH_INFO")
        if path:
            self.path = f"/{(path if path.isascii() else decode_from_wsgi(path)).lstrip('/')}"
        else:
            self._set_path("")
        if shallow:
            self.shallow = True
        elif populate_request:
            environ["werkzeug.request"] = self

    @classmethod
    def from_django_request(cls, http_request: HttpRequest, mount_prefix: str = "") -> t.Self:
        """Wrap the request Django has made, body included.

        :param http_request: Django's request, WSGI or ASGI.
        :param mount_prefix: What Django's URLconf took from the path, without a trailing slash;
            it becomes part of :attr:`root_path`.
        """
        if cls.__init__ is Request.__init__:
            request = cls.__new__(cls)
        else:
            # Somebody's subclass sets attributes of its own.
            request = cls(build_environ(http_request, mount_prefix))
        request.django = http_request
        request.method = (http_request.method or "GET").upper()
        path = http_request.path_info.removeprefix(mount_prefix)
        request.path = f"/{path.lstrip('/')}"
        if not path:
            request._is_bare_prefix = True
        request._is_mounted = True
        if mount_prefix:
            request._mount_prefix = mount_prefix
        return request

    @classmethod
    def from_scope(cls, scope: Scope) -> t.Self:
        """Make a request from what an ASGI server says of it.

        :param scope: The HTTP scope, which stays reachable as ``request.scope``.

        Werkzeug: none. Django: ``ASGIRequest``.
        """
        if cls.__init__ is not Request.__init__:
            # Somebody's subclass sets attributes of its own.
            request = cls(wrappers._scope.environ_from_scope(scope, BytesIO()))
            request._scope = request.scope = scope
            return request
        # The environ is built for those only who ask for more than this.
        request = cls.__new__(cls)
        request._scope = request.scope = scope
        request._headers_by_name = wrappers._scope.headers_by_name(scope)
        request.method = scope["method"].upper()
        path = wrappers._scope.split_path(scope)[1] if scope.get("root_path") else scope["path"]
        if path:
            request.path = f"/{path.lstrip('/')}"
        else:
            request._set_path("")
        return request

    def _replace_body(self, body: t.IO[bytes]) -> None:
        """Take the body that an ASGI server handed over after the request was made."""
        self._scope_body = body
        if "environ" in self.__dict__:
            self.environ["wsgi.input"] = body
        if "django" in self.__dict__:
            self.django._stream = t.cast("t.BinaryIO", body)

    @classmethod
    def from_values(cls, *args: t.Any, **kwargs: t.Any) -> t.Self:
        """Make a request from the arguments of :class:`~flaskish.werkzeug.test.EnvironBuilder`."""
        # The test module is not for servers.
        from ..test import EnvironBuilder

        builder = EnvironBuilder(*args, **kwargs)
        try:
            return t.cast("t.Self", builder.get_request(cls))
        finally:
            builder.close()

    @classmethod
    def application(cls, f: t.Callable[..., WSGIApplication]) -> WSGIApplication:
        """Decorate a function that takes a request and returns a response as WSGI application.

        HTTP exceptions become responses, and the request is closed afterwards.
        """
        from ..exceptions import HTTPException

        @functools.wraps(f)
        def application(*args: t.Any) -> t.Iterable[bytes]:
            # Decorated methods get ``self`` before the two arguments of WSGI.
            *first, environ, start_response = args
            with cls(environ) as request:
                try:
                    response = f(*first, request)
                except HTTPException as error:
                    response = t.cast("WSGIApplication", error.get_response(environ))
                return response(environ, start_response)

        return t.cast("WSGIApplication", application)

    def __getattr__(self, name: str) -> t.Any:
        if hasattr(type(self), name):
            # A property failed with an AttributeError; asking again shows which.
            return object.__getattribute__(self, name)
        if not name.startswith("__"):
            try:
                return getattr(self.django, name)
            except AttributeError:
                pass
        raise AttributeError(
            f"{type(self).__name__!r} object has no attribute {name!r}", name=name, obj=self
        )

    def __enter__(self) -> t.Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the uploaded files, unless Django does that once the response is sent."""
        attributes = self.__dict__
        if "files" in attributes:
            self._close_files()
        if "django" in attributes and not self._is_mounted:
            self.django.close()

    def _close_files(self) -> None:
        is_shared = self._is_mounted and getattr(self.django, "_files", None)
        for _name, storage in iter_multi_items(self.files):
            # Django's files are those with a name.
            if not (is_shared and storage.filename):
                storage.close()

    # Where it comes from

    @lazy_attribute
    def environ(self) -> WSGIEnvironment:
        """The WSGI environment. Mounted in Django, it is a copy made from ``META``."""
        if self._scope is not None:
            body = BytesIO() if self._scope_body is None else self._scope_body
            return wrappers._scope.environ_from_scope(self._scope, body)
        return build_environ(self.django, self._mount_prefix)

    @property
    def _untouched_scope(self) -> Scope | None:
        """The scope, unless there is an environ made of it, which somebody may have changed."""
        return None if "environ" in self.__dict__ else self._scope

    @property
    def _conditions(self) -> WSGIEnvironment:
        """An environment with what a file's answer depends on: the method and the headers."""
        if self._is_mounted and "environ" not in self.__dict__:
            meta: WSGIEnvironment = self.django.META
            # Middleware may have replaced the method.
            if meta.get("REQUEST_METHOD") == self.method:
                return meta
        return self.environ

    @lazy_attribute
    def django(self) -> HttpRequest:
        """Django's request, the one that was wrapped or one made from the environment."""
        return wrappers._django_request.make_django_request(self)

    @lazy_attribute
    def scheme(self) -> str:
        """The scheme of the URL, for example ``https``."""
        scope = self._untouched_scope
        if scope is not None:
            return scope.get("scheme", "http")  # type: ignore[no-any-return]
        return self.environ.get("wsgi.url_scheme", "http")  # type: ignore[no-any-return]

    @lazy_attribute
    def server(self) -> tuple[str, int | None] | None:
        """Host and port of the server, or path and ``None`` for a Unix socket."""
        return get_server(self.environ)

    @lazy_attribute
    def root_path(self) -> str:
        """The prefix the application is mounted under, without a trailing slash."""
        scope = self._untouched_scope
        if scope is not None:
            return wrappers._scope.split_path(scope)[0]
        return decode_from_wsgi(self.environ.get("SCRIPT_NAME") or "").rstrip("/")

    def _set_path(self, path: str) -> None:
        self.path = f"/{path.lstrip('/')}"
        if not path:
            self._is_bare_prefix = True

    @lazy_attribute
    def query_string(self) -> bytes:
        """What follows the ``?`` in the URL, raw."""
        scope = self._untouched_scope
        if scope is not None:
            return scope.get("query_string", b"")  # type: ignore[no-any-return]
        query_string: str = self.environ.get("QUERY_STRING", "")
        return query_string.encode("latin1")

    @lazy_attribute
    def headers(self) -> Headers:
        """The headers of the request."""
        return EnvironHeaders(self.environ)

    @lazy_attribute
    def _headers_by_name(self) -> dict[bytes, bytes]:
        return wrappers._scope.headers_by_name(self._scope or {})

    def _header_reader(self) -> t.Callable[[str], str | None]:
        """Return what gives a header for its key in an environment, to read more than one.

        Cookies are not for it: a project's ASGI server may have them in several headers.
        """
        attributes = self.__dict__
        environ: WSGIEnvironment
        if "headers" in attributes:
            return self._read_header
        if "environ" in attributes:
            environ = attributes["environ"]
            return environ.get
        if self._is_mounted:
            environ = self.django.META
            return environ.get
        return self._read_header

    def _read_header(self, key: str) -> str | None:
        attributes = self.__dict__
        if "headers" in attributes:
            return super()._read_header(key)
        if "environ" in attributes:
            value: str | None = attributes["environ"].get(key)
            return value
        # Without making an environment of a request that came in another way.
        if self._scope is None:
            return read_header(self.django, key)
        header = self._headers_by_name.get(wrappers._scope.scope_header_name(key))
        return None if header is None else header.decode("latin-1")

    def _read_host_and_upgrade(self) -> tuple[str | None, str | None]:
        """Return the two headers that finding a rule depends on."""
        attributes = self.__dict__
        if self._scope is None or "environ" in attributes or "headers" in attributes:
            read_header = self._header_reader()
            return read_header("HTTP_HOST"), read_header("HTTP_UPGRADE")
        headers = self._headers_by_name
        host, upgrade = headers.get(b"host"), headers.get(b"upgrade")
        return (
            None if host is None else host.decode("latin-1"),
            None if upgrade is None else upgrade.decode("latin-1"),
        )

    @lazy_attribute
    def remote_addr(self) -> str | None:
        """The address of the client that is connected to the server."""
        return self.environ.get("REMOTE_ADDR")

    @lazy_attribute
    def host(self) -> str:
        """The host the request was made to, with the port if it is not the usual one.

        :raises SecurityError: The host is not among :attr:`trusted_hosts`, or, mounted in Django,
            not allowed by ``ALLOWED_HOSTS``.
        """
        header: str | None
        if self._is_mounted and not self.trusted_hosts:
            header = wrappers._django_request.check_host(self.django)
        else:
            header = self.headers.get("host")
        return sansio.utils.get_host(self.scheme, header, self.server, self.trusted_hosts)

    @property
    def script_root(self) -> str:
        """Another name of :attr:`root_path`."""
        return self.root_path

    @property
    def url_root(self) -> str:
        """Another name of :attr:`root_url`."""
        return self.root_url

    remote_user = environ_property[str]("REMOTE_USER", doc="The user the server authenticated.")
    is_multithread = environ_property[bool](
        "wsgi.multithread", doc="Whether the server uses several threads."
    )
    is_multiprocess = environ_property[bool](
        "wsgi.multiprocess", doc="Whether the server uses several processes."
    )
    is_run_once = environ_property[bool](
        "wsgi.run_once", doc="Whether the process ends after this request."
    )
    input_stream = environ_property[t.IO[bytes]](
        "wsgi.input", doc="The stream of the server, without any limit; use :attr:`stream`."
    )

    # Body

    @lazy_attribute
    def stream(self) -> t.IO[bytes]:
        """The body as a stream that can be read once.

        :raises RequestEntityTooLarge: The body is larger than :attr:`max_content_length`.
        """
        if self.shallow:
            raise RuntimeError(
                "This request was created with 'shallow=True', reading from the input stream is"
                " disabled."
            )
        http_request = self.__dict__.get("django")
        if http_request is not None and not self._input_was_replaced(http_request):
            return wrappers._body.open_body(self, http_request)
        environ = self.environ
        if http_request is not None and werkzeug.wsgi.get_content_length(environ) is not None:
            # Read by length, as without Django, whose request would end by itself.
            environ = environ.copy()
            environ.pop("wsgi.input_terminated", None)
        return werkzeug.wsgi.get_input_stream(environ, max_content_length=self.max_content_length)

    def _input_was_replaced(self, http_request: HttpRequest) -> bool:
        """Tell whether somebody has put a stream into the environment, to watch what is read."""
        environ = self.__dict__.get("environ")
        if environ is None or self._scope is not None:
            return False
        stream = environ.get("wsgi.input")
        return stream is not http_request and stream is not http_request.META.get("wsgi.input")

    @lazy_attribute
    def data(self) -> bytes:
        """The body, empty if it is a form; :meth:`get_data` returns it in any case."""
        return self.get_data(parse_form_data=True)

    @t.overload
    def get_data(
        self, cache: bool = True, as_text: t.Literal[False] = False, parse_form_data: bool = False
    ) -> bytes: ...

    @t.overload
    def get_data(
        self, cache: bool = True, as_text: t.Literal[True] = ..., parse_form_data: bool = False
    ) -> str: ...

    def get_data(
        self, cache: bool = True, as_text: bool = False, parse_form_data: bool = False
    ) -> bytes | str:
        """Read the whole body.

        :param cache: Keep it, so that it can be read, or parsed as a form, later on.
        :param as_text: Return text; bytes that are no UTF-8 are replaced.
        :param parse_form_data: Parse a form first, and return nothing if there is one.
        """
        data = self._cached_data
        if data is None:
            if parse_form_data:
                self._load_form_data()
            data = self._read_at_once()
            # Asked before anything is read by a stream.
            is_missing_in_django = data is not None or self._is_missing_in_django()
            if data is None:
                data = self.stream.read()
            if cache:
                self._cached_data = data
                if is_missing_in_django:
                    wrappers._body.leave_body(self.django, data)
        return data.decode(errors="replace") if as_text else data

    def _read_at_once(self) -> bytes | None:
        """Read a small body without a stream, which costs more than the rest of reading it.

        :return: The body; ``None`` if it takes a stream.
        """
        if not self._is_mounted or "stream" in self.__dict__ or self.shallow:
            return None
        if type(self).stream is not _own_stream or self._input_was_replaced(self.django):
            return None
        body = wrappers._body.read_at_once(self, self.django)
        if body is not None:
            self.stream = BytesIO()
        return body

    def _is_missing_in_django(self) -> bool:
        """Tell whether there is a request of Django's that has nothing of the body."""
        http_request = self.__dict__.get("django")
        if http_request is None or self._has_read_form:
            return False
        return wrappers._body.is_missing(http_request)

    # Form

    @property
    def want_form_data_parsed(self) -> bool:
        """Whether there may be a form: whether a content type was sent."""
        return bool(self._read_header("CONTENT_TYPE"))

    @lazy_attribute
    def form(self) -> ImmutableMultiDict[str, str]:
        """The fields of the form, for any method."""
        self._load_form_data()
        return t.cast("ImmutableMultiDict[str, str]", self.__dict__["form"])

    @lazy_attribute
    def files(self) -> ImmutableMultiDict[str, FileStorage]:
        """The files of the form."""
        self._load_form_data()
        return t.cast("ImmutableMultiDict[str, FileStorage]", self.__dict__["files"])

    @lazy_attribute
    def values(self) -> CombinedMultiDict[str, str]:
        """:attr:`args` and :attr:`form` in one; on GET only :attr:`args`."""
        sources = [self.args]
        # A cache may answer a GET by its URL alone, so that a form must not matter.
        if self.method != "GET":
            sources.append(self.form)
        return CombinedMultiDict(
            source if isinstance(source, MultiDict) else MultiDict(source) for source in sources
        )

    def make_form_data_parser(self) -> FormDataParser:
        """Make the parser for the form, with the limits of this request."""
        return self.form_data_parser_class(
            stream_factory=self._get_file_stream,
            max_form_memory_size=self.max_form_memory_size,
            max_content_length=self.max_content_length,
            max_form_parts=self.max_form_parts,
            cls=self.parameter_storage_class,
        )

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> t.IO[bytes]:
        """Make the stream an uploaded file is written to; may be overridden.

        :param total_content_length: Length of the whole body, if it is known.
        :param content_type: Type of the file.
        :param filename: Name of the file.
        :param content_length: Length of the file, which browsers do not send.
        """
        return werkzeug.formparser.default_stream_factory(
            total_content_length=total_content_length,
            content_type=content_type,
            filename=filename,
            content_length=content_length,
        )

    def _load_form_data(self) -> None:
        """Parse the form, once, and set the attributes ``stream``, ``form`` and ``files``."""
        attributes = self.__dict__
        if "form" in attributes and "files" in attributes:
            return
        if self._form_error is not None:
            # The body is gone, and an empty form would hide that there was one.
            raise self._form_error
        if not self.want_form_data_parsed:
            empty = self.parameter_storage_class
            attributes["stream"], attributes["form"], attributes["files"] = (
                self.stream,
                empty(),
                empty(),
            )
            return
        try:
            result = wrappers._body.parse_form(self)
        except (BadRequest, RequestEntityTooLarge) as error:
            self._form_error = error
            raise
        attributes["stream"], attributes["form"], attributes["files"] = result

    @property
    def _has_read_form(self) -> bool:
        if "form" not in self.__dict__:
            return False
        body = wrappers._body
        return self.mimetype in (body.URLENCODED, body.MULTIPART)

    def _get_stream_for_parsing(self) -> t.IO[bytes]:
        data = self._cached_data
        if data is None:
            data = self._read_at_once()
        return self.stream if data is None else BytesIO(data)

    # JSON

    @property
    def json(self) -> t.Any:
        """The body as JSON; see :meth:`get_json`."""
        return self.get_json()

    @t.overload
    def get_json(
        self, force: bool = ..., silent: t.Literal[False] = ..., cache: bool = ...
    ) -> t.Any: ...

    @t.overload
    def get_json(
        self, force: bool = ..., silent: bool = ..., cache: bool = ...
    ) -> t.Any | None: ...

    def get_json(
        self, force: bool = False, silent: bool = False, cache: bool = True
    ) -> t.Any | None:
        """Parse the body as JSON.

        :param force: Do not look at the content type.
        :param silent: Return ``None`` instead of failing.
        :param cache: Keep the result, and the body.
        :raises UnsupportedMediaType: The content type is not JSON.
        :raises BadRequest: The body is not JSON.
        """
        if cache and self._cached_json[silent] is not Ellipsis:
            return self._cached_json[silent]
        if not (force or self.is_json):
            return None if silent else self.on_json_loading_failed(None)

        data = self.get_data(cache=cache)
        normal_value, silent_value = self._cached_json
        try:
            value = normal_value = silent_value = self.json_module.loads(data)
        except (ValueError, RecursionError) as error:
            if silent:
                value = silent_value = None
            else:
                if isinstance(error, RecursionError):
                    error = ValueError("It is nested too deeply.")
                value = normal_value = self.on_json_loading_failed(error)
        if cache:
            self._cached_json = (normal_value, silent_value)
        return value

    def on_json_loading_failed(self, e: ValueError | None) -> t.Any:
        """Decide what happens when the body cannot be had as JSON; may be overridden.

        :param e: Why it cannot be parsed, ``None`` if the content type is not JSON.
        :return: The value to use instead.
        """
        if e is not None:
            raise BadRequest(f"Failed to decode JSON object: {e}")
        raise UnsupportedMediaType(
            "Did not attempt to load JSON data because the request Content-Type was not"
            " 'application/json'."
        )


_own_stream = Request.stream
