"""A client that calls a WSGI application as a server would, and remembers cookies.

Werkzeug: ``test``. Django: ``django.test.Client``.
"""

from __future__ import annotations

import typing as t
from itertools import chain
from urllib.parse import SplitResult, urlsplit

from ._test_cookies import Cookie as Cookie
from ._test_environ import EnvironBuilder as EnvironBuilder
from ._test_environ import create_environ as create_environ
from ._test_multipart import encode_multipart as encode_multipart
from ._test_multipart import stream_encode_multipart as stream_encode_multipart
from .datastructures import Headers
from .http import dump_cookie
from .wrappers import Request, Response
from .wsgi import ClosingIterator, get_current_url

if t.TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment


WSGIResult = tuple[t.Iterable[bytes], str, Headers]
_REDIRECT_CODES = frozenset({301, 302, 303, 305, 307, 308})
_CODES_THAT_KEEP_THE_METHOD = frozenset({307, 308})


class ClientRedirectError(Exception):
    """A redirect led to where the client had been."""


class TestResponse(Response):
    """What the test client got, with the request that led to it.

    :param response: The chunks of the body.
    :param status: The status line.
    :param headers: The headers.
    :param request: The request.
    :param history: The redirects before it.
    :param kwargs: What the response class takes.
    """

    # What the application did not say is not assumed.
    default_mimetype = None

    #: The request that got this response.
    request: Request

    #: The redirects on the way here, first one first.
    history: tuple[TestResponse, ...]

    # Not a class of tests, whatever its name says to pytest.
    __test__ = False

    def __init__(
        self,
        response: t.Iterable[bytes],
        status: str,
        headers: Headers,
        request: Request,
        history: tuple[TestResponse, ...] = (),
        **kwargs: t.Any,
    ) -> None:
        super().__init__(response, status, headers, **kwargs)
        self.request = request
        self.history = history

    @property
    def text(self) -> str:
        """The body as text."""
        return self.get_data(as_text=True)


class Client:
    """A client of a WSGI application, without any server.

    :param application: The WSGI application.
    :param response_wrapper: The class of the responses. One that is no :class:`TestResponse` is
        combined with it.
    :param use_cookies: Whether cookies are kept from one request to the next.
    :param allow_subdomain_redirects: Whether redirects to a subdomain may be followed.
    """

    def __init__(
        self,
        application: WSGIApplication,
        response_wrapper: type[Response] | None = None,
        use_cookies: bool = True,
        allow_subdomain_redirects: bool = False,
    ) -> None:
        self.application = application
        self.response_wrapper = _test_response_class(response_wrapper)
        self._cookies: dict[tuple[str, str, str], Cookie] | None = {} if use_cookies else None
        self.allow_subdomain_redirects = allow_subdomain_redirects

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.application!r}>"

    # Cookies

    def _require_cookies(self) -> dict[tuple[str, str, str], Cookie]:
        if self._cookies is None:
            raise TypeError("Cookies are disabled. Create a client with 'use_cookies=True'.")
        return self._cookies

    def get_cookie(self, key: str, domain: str = "localhost", path: str = "/") -> Cookie | None:
        """Return a cookie, ``None`` if there is none of this name, domain and path.

        :param key: The name as the application knows it.
        :param domain: The domain it was set for.
        :param path: The path it was set for.
        :raises TypeError: The client was made without cookies.
        """
        return self._require_cookies().get((domain, path, key))

    def set_cookie(
        self,
        key: str,
        value: str = "",
        *,
        domain: str = "localhost",
        origin_only: bool = True,
        path: str = "/",
        **kwargs: t.Any,
    ) -> None:
        """Set a cookie as if a response had done so.

        :param key: The name.
        :param value: The value.
        :param domain: The domain it is sent to.
        :param origin_only: Whether hosts below the domain do not get it.
        :param path: The path it is sent to, with what is below.
        :param kwargs: What ``dump_cookie`` takes.
        :raises TypeError: The client was made without cookies.
        """
        self._require_cookies()
        header = dump_cookie(key, value, domain=domain, path=path, **kwargs)
        cookie = Cookie._from_response_header(domain, "/", header)
        cookie.origin_only = origin_only
        self._store_cookie(cookie)

    def delete_cookie(self, key: str, *, domain: str = "localhost", path: str = "/") -> None:
        """Delete a cookie if there is one of this name, domain and path.

        :param key: The name as the application knows it.
        :param domain: The domain it was set for.
        :param path: The path it was set for.
        :raises TypeError: The client was made without cookies.
        """
        self._require_cookies().pop((domain, path, key), None)

    def _store_cookie(self, cookie: Cookie) -> None:
        cookies = self._require_cookies()
        if cookie._should_delete:
            cookies.pop(cookie._storage_key, None)
        else:
            cookies[cookie._storage_key] = cookie

    def _add_cookies_to_wsgi(self, environ: WSGIEnvironment) -> None:
        """Set the ``Cookie`` header to what fits the host and path of a request."""
        if self._cookies is None:
            return
        host, path = host_and_path(environ)
        header = "; ".join(
            cookie._to_request_header()
            for cookie in self._cookies.values()
            if cookie._matches_request(host, path)
        )
        if header:
            environ["HTTP_COOKIE"] = header
        else:
            environ.pop("HTTP_COOKIE", None)

    def _update_cookies_from_response(
        self, server_name: str, path: str, headers: list[str]
    ) -> None:
        """Keep what the ``Set-Cookie`` headers of a response set."""
        if self._cookies is None:
            return
        for header in headers:
            self._store_cookie(Cookie._from_response_header(server_name, path, header))

    # Requests

    def run_wsgi_app(self, environ: WSGIEnvironment, buffered: bool = False) -> WSGIResult:
        """Call the application, with the cookies that belong to the request."""
        self._add_cookies_to_wsgi(environ)
        result = self._call_application(environ, buffered)
        host, path = host_and_path(environ)
        self._update_cookies_from_response(host, path, result[2].getlist("Set-Cookie"))
        return result

    def _call_application(self, environ: WSGIEnvironment, buffered: bool) -> WSGIResult:
        return run_wsgi_app(self.application, environ, buffered=buffered)

    def open(
        self,
        *args: t.Any,
        buffered: bool = False,
        follow_redirects: bool = False,
        **kwargs: t.Any,
    ) -> TestResponse:
        """Make a request.

        :param args: What :class:`EnvironBuilder` takes; or a builder, an environ or a request.
        :param buffered: Whether the whole body is read, and the application's iterable closed,
            before this returns.
        :param follow_redirects: Whether redirects are followed.
        :param kwargs: What :class:`EnvironBuilder` takes.
        :return: The last response; ``history`` has those before it.
        :raises ClientRedirectError: The redirects go round in circles.
        """
        request = _make_request(args, kwargs)
        result = self.run_wsgi_app(request.environ, buffered=buffered)
        response = self.response_wrapper(*result, request=request)
        if not follow_redirects:
            return response
        response = self._follow_redirects(response, buffered)
        # The body may be a file that has been opened for this request.
        response.call_on_close(request.environ["wsgi.input"].close)
        return response

    def _follow_redirects(self, response: TestResponse, buffered: bool) -> TestResponse:
        visited = set()
        history: list[TestResponse] = []
        while response.status_code in _REDIRECT_CODES:
            if not buffered:
                # Middleware cleans up when it has been read to the end.
                response.make_sequence()
                response.close()
            redirect = (response.location, response.status_code)
            if redirect in visited:
                raise ClientRedirectError(
                    f"Loop detected: A {response.status_code} redirect"
                    f" to {response.location} was already made."
                )
            visited.add(redirect)
            response.history = tuple(history)
            history.append(response)
            response = self.resolve_redirect(response, buffered=buffered)
        response.history = tuple(history)
        return response

    def resolve_redirect(self, response: TestResponse, buffered: bool = False) -> TestResponse:
        """Make the request that a redirect asks for.

        :param response: The redirect.
        :param buffered: As for :meth:`open`.
        :raises RuntimeError: It leads to a host that the client does not go to.
        """
        url = urlsplit(response.location or "")
        builder = EnvironBuilder.from_environ(
            response.request.environ, path=url.path, query_string=url.query
        )
        self._move_to_host(builder, url)
        _move_to_path(builder, url.path)
        if response.status_code not in _CODES_THAT_KEEP_THE_METHOD:
            _drop_body(builder)
        return self.open(builder, buffered=buffered)

    def _move_to_host(self, builder: EnvironBuilder, url: SplitResult) -> None:
        host = url.netloc.partition(":")[0]
        if not host:
            return
        current_host = builder.server_name
        builder.url_scheme = url.scheme
        builder.host = url.netloc
        if host == current_host:
            return
        if not host.endswith(f".{current_host}"):
            raise RuntimeError("Following external redirects is not supported.")
        if not self.allow_subdomain_redirects:
            raise RuntimeError("Following subdomain redirects is not enabled.")

    def get(self, *args: t.Any, **kw: t.Any) -> TestResponse:
        """Make a GET request; see :meth:`open`."""
        return self.open(*args, **{**kw, "method": "GET"})

    def post(self, *args: t.Any, **kw: t.Any) -> TestResponse:
        """Make a POST request; see :meth:`open`."""
        return self.open(*args, **{**kw, "method": "POST"})

    def put(self, *args: t.Any, **kw: t.Any) -> TestResponse:
        """Make a PUT request; see :meth:`open`."""
        return self.open(*args, **{**kw, "method": "PUT"})

    def delete(self, *args: t.Any, **kw: t.Any) -> TestResponse:
        """Make a DELETE request; see :meth:`open`."""
        return self.open(*args, **{**kw, "method": "DELETE"})

    def patch(self, *args: t.Any, **kw: t.Any) -> TestResponse:
        """Make a PATCH request; see :meth:`open`."""
        return self.open(*args, **{**kw, "method": "PATCH"})

    def options(self, *args: t.Any, **kw: t.Any) -> TestResponse:
        """Make an OPTIONS request; see :meth:`open`."""
        return self.open(*args, **{**kw, "method": "OPTIONS"})

    def head(self, *args: t.Any, **kw: t.Any) -> TestResponse:
        """Make a HEAD request; see :meth:`open`."""
        return self.open(*args, **{**kw, "method": "HEAD"})

    def trace(self, *args: t.Any, **kw: t.Any) -> TestResponse:
        """Make a TRACE request; see :meth:`open`."""
        return self.open(*args, **{**kw, "method": "TRACE"})


def host_and_path(environ: WSGIEnvironment) -> tuple[str, str]:
    """Return what decides which cookies a request gets: its host and its full path.

    :param environ: The environ of the request.
    """
    url = urlsplit(get_current_url(environ))
    return url.hostname or "localhost", url.path


def _test_response_class(response_class: type[Response] | None) -> type[TestResponse]:
    if response_class is None or response_class is Response:
        return TestResponse
    if issubclass(response_class, TestResponse):
        return response_class
    return type("WrapperTestResponse", (TestResponse, response_class), {})


def _make_request(args: tuple[t.Any, ...], kwargs: dict[str, t.Any]) -> Request:
    if len(args) == 1 and not kwargs:
        given = args[0]
        if isinstance(given, EnvironBuilder):
            return given.get_request()
        if isinstance(given, dict):
            return EnvironBuilder.from_environ(given).get_request()
        if isinstance(given, Request):
            return given
    builder = EnvironBuilder(*args, **kwargs)
    try:
        return builder.get_request()
    finally:
        builder.close()


def _move_to_path(builder: EnvironBuilder, path: str) -> None:
    """Point a builder to a path of its host, below its script root or not."""
    root = builder.script_root
    if path == root or path.startswith(f"{root}/"):
        builder.path = path[len(root) :]
    else:
        builder.path = path
        builder.script_root = ""


def _drop_body(builder: EnvironBuilder) -> None:
    """Do what browsers do on most redirects: ask with GET, without the body."""
    if builder.method != "HEAD":
        builder.method = "GET"
    if builder.input_stream is not None:
        builder.input_stream.close()
        builder.input_stream = None
    builder.content_type = None
    builder.content_length = None
    builder.headers.pop("Transfer-Encoding", None)


def run_wsgi_app(
    app: WSGIApplication, environ: WSGIEnvironment | Request, buffered: bool = False
) -> WSGIResult:
    """Call a WSGI application, up to its first chunk after ``start_response``.

    :param app: The application.
    :param environ: The environ, which is copied, or a request.
    :param buffered: Whether to read the whole body and close the application's iterable.
    :return: The chunks of the body, the status line and the headers.
    """
    if isinstance(environ, Request):
        environ = environ.environ
    start: list[tuple[str, list[tuple[str, str]]]] = []
    written: list[bytes] = []

    def start_response(
        status: str, headers: list[tuple[str, str]], exc_info: t.Any = None
    ) -> t.Callable[[bytes], object]:
        if exc_info is not None:
            try:
                raise exc_info[1].with_traceback(exc_info[2])
            finally:
                # The frame would hold the traceback that holds the frame.
                exc_info = None
        start[:] = [(status, headers)]
        return written.append

    # What the application changes in the environ is not for the next request, a redirect's.
    iterable = app(environ.copy(), start_response)
    close = getattr(iterable, "close", None)
    iterator = iter(iterable)
    chunks: t.Iterable[bytes]
    if buffered:
        # Differs from Flask: `run_wsgi_app(buffered=True)`, and so a client's, keeps what the
        # application sent through `write()`, as without buffering. Werkzeug loses it.
        try:
            body = list(iterator)
        finally:
            if close is not None:
                close()
        chunks = written + body
    else:
        # An application may be a generator, which starts when it is asked for its first chunk.
        for chunk in iterator:
            written.append(chunk)
            if start:
                break
        chunks = chain(written, iterator) if written else iterator
        if close is not None and chunks is not iterable:
            chunks = ClosingIterator(chunks, close)

    if not start:
        raise RuntimeError("The application did not call 'start_response'.")
    status, headers = start[0]
    return chunks, status, Headers(headers)
