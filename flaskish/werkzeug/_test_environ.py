"""The environ of an invented request, built piece by piece for a test.

Werkzeug: ``test.EnvironBuilder``. Django: ``RequestFactory``.
"""

from __future__ import annotations

import json as _json
import sys
import typing as t
from io import BytesIO
from urllib.parse import unquote, urlencode, urlsplit, urlunsplit

from ._test_multipart import iter_form_items, stream_encode_multipart
from .datastructures import (
    Authorization,
    CallbackDict,
    CombinedMultiDict,
    EnvironHeaders,
    FileMultiDict,
    Headers,
    MultiDict,
    iter_multi_items,
)
from .http import dump_options_header, parse_options_header
from .urls import iri_to_uri
from .utils import get_content_type
from .wrappers import Request

if t.TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_FORM = "application/x-www-form-urlencoded"
_MULTIPART = "multipart/form-data"
_DEFAULT_PORTS = {"https": 443}


class EnvironBuilder:
    """Builds the WSGI environ of a request.

    Form values and files are given together as ``data``, and can be changed one by one through
    :attr:`form` and :attr:`files` until the environ is made.

    :param path: Path of the request; what follows a question mark is the query string.
    :param base_url: Scheme, host and script root: ``http://localhost/root``.
    :param query_string: The query string, or its values by name.
    :param method: The method.
    :param input_stream: The body as a seekable stream, instead of ``data``.
    :param content_type: The type of the body; found from ``data`` by default.
    :param content_length: The length of the body; found from the body by default.
    :param errors_stream: What ``wsgi.errors`` is; standard error by default.
    :param multithread: What ``wsgi.multithread`` is.
    :param multiprocess: What ``wsgi.multiprocess`` is.
    :param run_once: What ``wsgi.run_once`` is.
    :param headers: The headers.
    :param data: The body as text, bytes or a file, or form values and files by name: each a text,
        a file, a tuple of the arguments of ``FileMultiDict.add_file``, or a list of these.
    :param environ_base: Environ values that the request's own ones replace.
    :param environ_overrides: Environ values that replace the request's own ones.
    :param mimetype: The type of the body; text types get the charset added.
    :param json: An object to send as JSON.
    :param auth: The authorization, or a pair of user name and password.
    :raises ValueError: There are two query strings, or ``base_url`` has one.
    :raises TypeError: There are two bodies.
    """

    server_protocol = "HTTP/1.1"
    wsgi_version = (1, 0)

    #: The class of the requests that :meth:`get_request` makes.
    request_class: type[Request] = Request

    #: The function that writes ``json``.
    json_dumps: t.Callable[..., str] = staticmethod(_json.dumps)

    # Either of the first two, and either the third or some of the last two.
    _query_string: str | None
    _args: MultiDict[str, t.Any] | None
    _input_stream: t.IO[bytes] | None
    _form: MultiDict[str, t.Any] | None
    _files: FileMultiDict | None

    def __init__(
        self,
        path: str = "/",
        base_url: str | None = None,
        query_string: t.Mapping[str, t.Any] | str | None = None,
        method: str = "GET",
        input_stream: t.IO[bytes] | None = None,
        content_type: str | None = None,
        content_length: int | None = None,
        errors_stream: t.IO[str] | None = None,
        multithread: bool = False,
        multiprocess: bool = False,
        run_once: bool = False,
        headers: Headers | t.Mapping[str, t.Any] | t.Iterable[tuple[str, str]] | None = None,
        data: t.IO[t.Any] | str | bytes | t.Mapping[str, t.Any] | None = None,
        environ_base: t.Mapping[str, t.Any] | None = None,
        environ_overrides: t.Mapping[str, t.Any] | None = None,
        mimetype: str | None = None,
        json: t.Any = None,
        auth: Authorization | tuple[str, str] | None = None,
    ) -> None:
        self.closed = False
        self._set_url(path, base_url, query_string)
        self.method = method
        self.headers = headers if isinstance(headers, Headers) else _headers_to_send(headers or ())
        if content_type is not None:
            self.content_type = content_type
        self.errors_stream = sys.stderr if errors_stream is None else errors_stream
        self.multithread = multithread
        self.multiprocess = multiprocess
        self.run_once = run_once
        self.environ_base = environ_base
        self.environ_overrides = environ_overrides
        self.input_stream = input_stream
        self.content_length = content_length
        if auth is not None:
            self._set_auth(auth)
        if json is not None:
            if data is not None:
                raise TypeError("can't provide both json and data")
            data = self.json_dumps(json)
            if self.content_type is None:
                self.content_type = "application/json"
        if data:
            if input_stream is not None:
                raise TypeError("can't provide input stream and data")
            self._set_data(data)
        if mimetype is not None:
            self.mimetype = mimetype

    def _set_url(
        self,
        path: str,
        base_url: str | None,
        query_string: t.Mapping[str, t.Any] | str | None,
    ) -> None:
        url = urlsplit(path)
        if "?" in path:
            if query_string is not None:
                raise ValueError("Query string is defined in the path and as an argument")
            query_string = url.query
        self.request_uri = path
        self.path = iri_to_uri(url.path)
        self.base_url = None if base_url is None else iri_to_uri(base_url)
        if isinstance(query_string, str):
            self.query_string = query_string
        elif isinstance(query_string, MultiDict):
            self.args = query_string
        else:
            self.args = MultiDict(query_string)

    def _set_auth(self, auth: Authorization | tuple[str, str]) -> None:
        if isinstance(auth, tuple):
            username, password = auth
            auth = Authorization("basic", {"username": username, "password": password})
        self.headers["Authorization"] = auth.to_header()

    def _set_data(self, data: t.Any) -> None:
        if hasattr(data, "read"):
            data = data.read()
        if isinstance(data, str):
            data = data.encode()
        if isinstance(data, bytes):
            self.input_stream = BytesIO(data)
            if self.content_length is None:
                self.content_length = len(data)
            return
        for name, value in iter_form_items(data):
            if isinstance(value, tuple):
                self.files.add_file(name, *value)
            elif isinstance(value, dict) or hasattr(value, "read"):
                self.files.add_file(name, t.cast("t.IO[bytes]", value))
            else:
                self.form.add(name, value)

    @classmethod
    def from_environ(cls, environ: WSGIEnvironment, **kwargs: t.Any) -> t.Self:
        """Make a builder of an environ.

        :param environ: The environ of a request.
        :param kwargs: Arguments of the builder, in place of the environ's.
        """
        headers = _headers_to_send(EnvironHeaders(environ))
        base_url = cls._make_base_url(
            environ["wsgi.url_scheme"],
            headers.pop("Host"),
            _decode_from_wsgi(environ["SCRIPT_NAME"]),
        )
        arguments = {
            "path": _decode_from_wsgi(environ["PATH_INFO"]),
            "base_url": base_url,
            "query_string": _decode_from_wsgi(environ["QUERY_STRING"]),
            "method": environ["REQUEST_METHOD"],
            "input_stream": environ["wsgi.input"],
            "content_type": headers.pop("Content-Type", None),
            "content_length": headers.pop("Content-Length", None),
            "errors_stream": environ["wsgi.errors"],
            "multithread": environ["wsgi.multithread"],
            "multiprocess": environ["wsgi.multiprocess"],
            "run_once": environ["wsgi.run_once"],
            "headers": headers,
        }
        return cls(**{**arguments, **kwargs})

    # The URL

    @staticmethod
    def _make_base_url(scheme: str, host: str, script_root: str) -> str:
        return urlunsplit((scheme, host, script_root, "", "")).rstrip("/") + "/"

    @property
    def base_url(self) -> str | None:
        """Scheme, host and script root as a URL."""
        return self._make_base_url(self.url_scheme, self.host, self.script_root)

    @base_url.setter
    def base_url(self, value: str | None) -> None:
        url = urlsplit("http://localhost" if value is None else value)
        if url.query or url.fragment:
            raise ValueError("base url must not contain a query string or fragment")
        self.url_scheme = url.scheme
        self.host = url.netloc
        self.script_root = url.path.rstrip("/")

    @property
    def server_name(self) -> str:
        """The host without its port."""
        return self.host.partition(":")[0]

    @property
    def server_port(self) -> int:
        """The port; the scheme's own if the host does not name one."""
        try:
            return int(self.host.partition(":")[2])
        except ValueError:
            return _DEFAULT_PORTS.get(self.url_scheme, 80)

    @property
    def query_string(self) -> str:
        """The query string. Once it is set, :attr:`args` is gone."""
        if self._query_string is not None:
            return self._query_string
        return _encode_form(self._args) if self._args is not None else ""

    @query_string.setter
    def query_string(self, value: str | None) -> None:
        self._query_string = value
        self._args = None

    @property
    def args(self) -> MultiDict[str, t.Any]:
        """The values of the query string."""
        if self._query_string is not None:
            raise AttributeError("a query string is defined")
        if self._args is None:
            self._args = MultiDict()
        return self._args

    @args.setter
    def args(self, value: MultiDict[str, t.Any] | None) -> None:
        self._query_string = None
        self._args = value

    # The headers that describe the body

    @property
    def content_type(self) -> str | None:
        """The type of the body: the header, or what fits the form values and files."""
        content_type: str | None = self.headers.get("Content-Type")
        if content_type is not None or self._input_stream:
            return content_type
        if self._files:
            return _MULTIPART
        return _FORM if self._form else None

    @content_type.setter
    def content_type(self, value: str | None) -> None:
        self._set_header("Content-Type", value)

    @property
    def mimetype(self) -> str | None:
        """The type of the body without parameters."""
        content_type = self.content_type
        return content_type.partition(";")[0].strip() if content_type else None

    @mimetype.setter
    def mimetype(self, value: str) -> None:
        self.content_type = get_content_type(value, "utf-8")

    @property
    def mimetype_params(self) -> CallbackDict[str, str]:
        """The parameters of the content type; changes go to the header."""

        def update_header(parameters: CallbackDict[str, str]) -> None:
            self.headers["Content-Type"] = dump_options_header(self.mimetype, parameters)

        parameters = parse_options_header(self.headers.get("Content-Type", ""))[1]
        return CallbackDict(parameters, update_header)

    @property
    def content_length(self) -> int | None:
        """The length of the body, if it was given."""
        length: int | None = self.headers.get("Content-Length", type=int)
        return length

    @content_length.setter
    def content_length(self, value: int | None) -> None:
        self._set_header("Content-Length", None if value is None else str(value))

    def _set_header(self, name: str, value: str | None) -> None:
        if value is None:
            self.headers.pop(name, None)
        else:
            self.headers[name] = value

    # The body

    @property
    def form(self) -> MultiDict[str, t.Any]:
        """The form values. Setting them drops :attr:`input_stream`."""
        self._require_no_input_stream()
        if self._form is None:
            self._form = MultiDict()
        return self._form

    @form.setter
    def form(self, value: MultiDict[str, t.Any]) -> None:
        self._input_stream = None
        self._form = value

    @property
    def files(self) -> FileMultiDict:
        """The files. Setting them drops :attr:`input_stream`."""
        self._require_no_input_stream()
        if self._files is None:
            self._files = FileMultiDict()
        return self._files

    @files.setter
    def files(self, value: FileMultiDict) -> None:
        self._input_stream = None
        self._files = value

    def _require_no_input_stream(self) -> None:
        if self._input_stream is not None:
            raise AttributeError("an input stream is defined")

    @property
    def input_stream(self) -> t.IO[bytes] | None:
        """The body as a stream. Setting it drops :attr:`form` and :attr:`files`."""
        return self._input_stream

    @input_stream.setter
    def input_stream(self, value: t.IO[bytes] | None) -> None:
        self._input_stream = value
        self._form = None
        self._files = None

    def _make_body(self) -> tuple[t.IO[bytes], int | None, str | None]:
        """Return the body as a stream, its length, and its content type."""
        content_type = self.content_type
        stream = self._input_stream
        if stream is not None:
            start = stream.tell()
            end = stream.seek(0, 2)
            if end is None:
                # Wrapped files of some libraries seek without telling where they are.
                end = stream.tell()
            stream.seek(start)
            return stream, end - start, content_type
        mimetype = self.mimetype
        if mimetype == _MULTIPART:
            stream, length, boundary = stream_encode_multipart(
                CombinedMultiDict([self.form, self.files])
            )
            return stream, length, f'{mimetype}; boundary="{boundary}"'
        if mimetype == _FORM:
            body = _encode_form(self.form).encode("ascii")
            return BytesIO(body), len(body), content_type
        return BytesIO(), self.content_length, content_type

    # The results

    def get_environ(self) -> WSGIEnvironment:
        """Return the environ."""
        stream, content_length, content_type = self._make_body()
        raw_uri = _encode_for_wsgi(self.request_uri)
        environ: WSGIEnvironment = {
            **(self.environ_base or {}),
            "REQUEST_METHOD": self.method,
            "SCRIPT_NAME": _encode_for_wsgi(unquote(self.script_root)),
            "PATH_INFO": _encode_for_wsgi(unquote(self.path)),
            "QUERY_STRING": _encode_for_wsgi(self.query_string),
            # Not in the standard: the first is uWSGI's and mod_wsgi's, the second gunicorn's.
            "REQUEST_URI": raw_uri,
            "RAW_URI": raw_uri,
            "SERVER_NAME": self.server_name,
            "SERVER_PORT": str(self.server_port),
            "HTTP_HOST": self.host,
            "SERVER_PROTOCOL": self.server_protocol,
            "wsgi.version": self.wsgi_version,
            "wsgi.url_scheme": self.url_scheme,
            "wsgi.input": stream,
            "wsgi.errors": self.errors_stream,
            "wsgi.multithread": self.multithread,
            "wsgi.multiprocess": self.multiprocess,
            "wsgi.run_once": self.run_once,
        }
        if content_type is not None:
            environ["CONTENT_TYPE"] = content_type
        if content_length is not None:
            environ["CONTENT_LENGTH"] = str(content_length)
        environ.update(self._header_variables())
        environ.update(self.environ_overrides or {})
        return environ

    def _header_variables(self) -> dict[str, str]:
        """Return the headers under their CGI names, those of one name joined."""
        variables: dict[str, str] = {}
        for name, value in self.headers.to_wsgi_list():
            # The headers that CGI knows without the prefix are in the environ already.
            if name.lower() in {"content-type", "content-length"}:
                continue
            key = f"HTTP_{name.upper().replace('-', '_')}"
            variables[key] = f"{variables[key]}, {value}" if key in variables else value
        return variables

    def get_request(self, cls: type[Request] | None = None) -> Request:
        """Return a request.

        :param cls: The class of the request; :attr:`request_class` by default.
        """
        return (cls or self.request_class)(self.get_environ())

    def close(self) -> None:
        """Close the files. Does nothing when called again."""
        if self.closed:
            return
        self.closed = True
        for _, file in iter_multi_items(getattr(self, "_files", None) or ()):
            try:
                file.close()
            except Exception:
                # One file that fails does not keep the others open.
                pass

    def __del__(self) -> None:
        # A constructor that raised leaves no such attribute.
        if not getattr(self, "closed", True):
            self.close()


def create_environ(*args: t.Any, **kwargs: t.Any) -> WSGIEnvironment:
    """Make the environ of a request.

    :param args: What :class:`EnvironBuilder` takes.
    :param kwargs: The same by name.
    """
    builder = EnvironBuilder(*args, **kwargs)
    try:
        return builder.get_environ()
    finally:
        builder.close()


def _headers_to_send(pairs: t.Any) -> Headers:
    """Return the headers of a request as they are given, but without line breaks.

    A test may send what no response can have, such as a header without a name or with a control
    character, to see what an application makes of it.
    """
    headers = Headers()
    for name, value in pairs if isinstance(pairs, EnvironHeaders) else iter_multi_items(pairs):
        headers.add(name or "Nameless", value)
        headers._list[-1] = name, str(value)
    return headers


def _decode_from_wsgi(text: str) -> str:
    return text.encode("latin-1").decode(errors="replace")


def _encode_for_wsgi(text: str) -> str:
    return text.encode().decode("latin-1")


def _encode_form(values: t.Mapping[str, t.Any]) -> str:
    pairs = [pair for pair in iter_multi_items(values) if pair[1] is not None]
    return urlencode(pairs, safe="!$'()*,/:;?@")
