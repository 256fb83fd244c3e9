"""The test client and the command runner of an application.

Flask: Testing Flask Applications. Django: ``django.test.Client``, ``call_command``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from copy import copy
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

from click.testing import CliRunner, Result

from .bridge.client import SharedCookies, close_with_open_connections, open_connections
from .bridge.handlers import SKIP_CSRF_KEY
from .bridge.session import run_session_middleware
from .cli import ScriptInfo
from .ctx import PRESERVE_KEY
from .werkzeug.test import Client, Cookie, TestResponse, WSGIResult, host_and_path
from .werkzeug.test import EnvironBuilder as BaseEnvironBuilder
from .werkzeug.wrappers import Request

if TYPE_CHECKING:
    from django.test import Client as DjangoClient

    from .app import Flask
    from .sessions import SessionMixin

    WSGIEnvironment = dict[str, Any]

#: The release of Werkzeug whose client this one passes for.
_WERKZEUG_VERSION = "3.1.9"


class EnvironBuilder(BaseEnvironBuilder):
    """Builds the environ of a request to an application, with defaults from its configuration.

    :param app: The application.
    :param path: Path of the request, or a whole URL.
    :param base_url: Scheme, host and script root; by default ``PREFERRED_URL_SCHEME``,
        ``SERVER_NAME`` and ``APPLICATION_ROOT``.
    :param subdomain: What to put before ``SERVER_NAME``.
    :param url_scheme: The scheme, in place of ``PREFERRED_URL_SCHEME``.
    :param args: What Werkzeug's builder takes.
    :param kwargs: The same by name.
    :raises AssertionError: There is a base URL as well as a part of one.
    """

    def __init__(
        self,
        app: Flask,
        path: str = "/",
        base_url: str | None = None,
        subdomain: str | None = None,
        url_scheme: str | None = None,
        *args: Any,
        **kwargs: Any,
    ) -> None:
        if base_url is not None and (subdomain or url_scheme):
            raise AssertionError('Cannot pass "subdomain" or "url_scheme" with "base_url".')
        if base_url is None:
            path, base_url = _split_url(app, path, subdomain, url_scheme)
        self.app = app
        super().__init__(path, base_url, *args, **kwargs)

    def json_dumps(self, obj: Any, **kwargs: Any) -> str:
        """Write an object as JSON the way the application does.

        :param obj: The object.
        :param kwargs: What the application's provider takes.
        """
        return self.app.json.dumps(obj, **kwargs)


def _split_url(
    app: Flask, path: str, subdomain: str | None, url_scheme: str | None
) -> tuple[str, str]:
    """Return the path, with its query string, and the base URL."""
    config = app.config
    host = config["SERVER_NAME"] or "localhost"
    if subdomain:
        host = f"{subdomain}.{host}"
    url = urlsplit(path)
    scheme = url.scheme or url_scheme or config["PREFERRED_URL_SCHEME"]
    root = config["APPLICATION_ROOT"].lstrip("/")
    query = f"?{url.query}" if url.query else ""
    return url.path + query, f"{scheme}://{url.netloc or host}/{root}"


def _get_werkzeug_version() -> str:
    """Return the release of Werkzeug that the user agent of the client names."""
    return _WERKZEUG_VERSION


class FlaskClient(Client):
    """A client of an application. In a ``with`` block the contexts of the last request stay.

    :param args: What Werkzeug's client takes: the application, ...
    :param enforce_csrf_checks: Whether Django's CSRF middleware asks this client for a token.
    :param kwargs: What Werkzeug's client takes.

    Flask: ``FlaskClient``. Django: ``django.test.Client``.
    """

    application: Flask

    def __init__(self, *args: Any, enforce_csrf_checks: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        #: Whether Django's CSRF middleware asks this client for a token.
        self.enforce_csrf_checks = enforce_csrf_checks
        #: Whether the contexts of a request are kept.
        self.preserve_context = False
        #: Environ values of every request; those of the request win.
        self.environ_base: WSGIEnvironment = {
            "REMOTE_ADDR": "127.0.0.1",
            "HTTP_USER_AGENT": f"Werkzeug/{_get_werkzeug_version()}",
        }
        self._new_contexts: list[AbstractContextManager[Any]] = []
        self._context_stack = ExitStack()
        self._shared_cookies: SharedCookies | None = None

    # Cookies and the session

    def share_cookies(self, django_client: DjangoClient) -> None:
        """Use the cookies of a client of ``django.test``, from now on and both ways.

        Who logs in with the one is logged in with the other::

            django_client.force_login(user)
            client = app.test_client()
            client.share_cookies(django_client)
            assert client.get("/account").status_code == 200

        Cookies of Django's client belong to whichever host is asked, as long as they name no
        domain. Cookies that this client has already are handed to Django's.

        :param django_client: The client of ``django.test``.
        :raises TypeError: This client was made without cookies.

        Flask: none. Django: ``django.test.Client.cookies``.
        """
        cookies = self._require_cookies()
        self._shared_cookies = SharedCookies(django_client)
        self._shared_cookies.hand_back(cookies, list(cookies.values()))

    def get_cookie(self, key: str, domain: str = "localhost", path: str = "/") -> Cookie | None:
        """Return a cookie, ``None`` if there is none of this name, domain and path.

        :param key: The name as the application knows it.
        :param domain: The domain it was set for.
        :param path: The path it was set for.
        :raises TypeError: The client was made without cookies.
        """
        self._bring_shared_cookies(domain)
        return super().get_cookie(key, domain, path)

    def delete_cookie(self, key: str, *, domain: str = "localhost", path: str = "/") -> None:
        """Delete a cookie if there is one of this name, domain and path.

        :param key: The name as the application knows it.
        :param domain: The domain it was set for.
        :param path: The path it was set for.
        :raises TypeError: The client was made without cookies.
        """
        self._bring_shared_cookies(domain)
        cookie = self._require_cookies().pop((domain, path, key), None)
        if cookie is not None:
            self._hand_back(cookie)

    def _store_cookie(self, cookie: Cookie) -> None:
        super()._store_cookie(cookie)
        self._hand_back(cookie)

    def _hand_back(self, cookie: Cookie) -> None:
        if self._shared_cookies is not None:
            self._shared_cookies.hand_back(self._require_cookies(), [cookie])

    def _bring_shared_cookies(self, host: str) -> None:
        if self._shared_cookies is not None:
            self._shared_cookies.bring(self._require_cookies(), host)

    def _add_cookies_to_wsgi(self, environ: WSGIEnvironment) -> None:
        self._bring_shared_cookies(host_and_path(environ)[0])
        super()._add_cookies_to_wsgi(environ)

    @contextmanager
    def session_transaction(self, *args: Any, **kwargs: Any) -> Iterator[SessionMixin]:
        """Open the session for a ``with`` block, and save it when the block ends.

        ::

            with client.session_transaction() as session:
                session["user_id"] = 1

        :param args: What ``app.test_request_context`` takes.
        :param kwargs: The same by name.
        :raises TypeError: The client was made without cookies.
        :raises RuntimeError: The session cannot be opened, for want of a secret key for example.
        """
        self._require_cookies()
        app = self.application
        context = app.test_request_context(*args, **kwargs)
        request = context.request
        self._add_cookies_to_wsgi(request.environ)
        finish = run_session_middleware(request)
        with context:
            session = app.session_interface.open_session(app, request)
        if session is None:
            raise RuntimeError("Session backend did not open a session.")
        yield session
        if app.session_interface.is_null_session(session):
            return
        response = app.response_class()
        with context:
            app.session_interface.save_session(app, session, response)
        finish(response)
        self._update_cookies_from_response(
            request.host.partition(":")[0], request.path, response.headers.getlist("Set-Cookie")
        )

    # Requests

    def open(
        self,
        *args: Any,
        buffered: bool = False,
        follow_redirects: bool = False,
        **kwargs: Any,
    ) -> TestResponse:
        """Make a request.

        :param args: What :class:`EnvironBuilder` takes after the application; or a builder, an
            environ or a request.
        :param buffered: Whether the whole body is read before this returns.
        :param follow_redirects: Whether redirects are followed.
        :param kwargs: What :class:`EnvironBuilder` takes.
        :return: The last response; ``history`` has those before it.
        """
        request = self._make_request(args, kwargs)
        # At most one request's contexts are kept, also when a redirect is followed or a view fails.
        self._context_stack.close()
        self._new_contexts.clear()
        response = super().open(request, buffered=buffered, follow_redirects=follow_redirects)
        response.json_module = self.application.json
        for context in self._new_contexts:
            self._context_stack.enter_context(context)
        self._new_contexts.clear()
        return response

    def run_wsgi_app(self, environ: WSGIEnvironment, buffered: bool = False) -> WSGIResult:
        """Call the application, and leave the test's database connections open.

        :param environ: The environ of the request.
        :param buffered: As for :meth:`open`.
        """
        with open_connections():
            chunks, status, headers = super().run_wsgi_app(environ, buffered)
        return close_with_open_connections(chunks), status, headers

    def _make_request(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Request:
        given = args[0] if args else None
        if isinstance(given, BaseEnvironBuilder):
            builder = copy(given)
            builder.environ_base = self._copy_environ(builder.environ_base or {})
            try:
                return builder.get_request()
            finally:
                # The files belong to the builder that was copied.
                builder.closed = True
        if isinstance(given, dict):
            return EnvironBuilder.from_environ(
                given, app=self.application, environ_base=self._copy_environ({})
            ).get_request()
        if isinstance(given, Request):
            request = copy(given)
            request.environ = self._copy_environ(request.environ)
            return request
        return self._request_from_builder_args(args, kwargs)

    def _request_from_builder_args(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Request:
        kwargs["environ_base"] = self._copy_environ(kwargs.get("environ_base", {}))
        builder = EnvironBuilder(self.application, *args, **kwargs)
        try:
            return builder.get_request()
        finally:
            builder.close()

    def _copy_environ(self, other: Mapping[str, Any]) -> WSGIEnvironment:
        environ = {**self.environ_base, **other}
        if self.preserve_context:
            environ[PRESERVE_KEY] = self._new_contexts.append
        if not self.enforce_csrf_checks:
            environ[SKIP_CSRF_KEY] = True
        return environ

    def __enter__(self) -> Self:
        if self.preserve_context:
            raise RuntimeError("Cannot nest client invocations")
        self.preserve_context = True
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        self.preserve_context = False
        self._context_stack.close()


class FlaskCliRunner(CliRunner):
    """Runs the commands of an application in a test.

    :param app: The application.
    :param kwargs: What click's runner takes.

    Flask: ``FlaskCliRunner``. Django: ``call_command``.
    """

    def __init__(self, app: Flask, **kwargs: Any) -> None:
        self.app = app
        super().__init__(**kwargs)

    def invoke(self, cli: Any = None, args: Any = None, **kwargs: Any) -> Result:  # type: ignore[override]
        """Run a command.

        :param cli: The command; by default the application's group, so that ``args`` begin with
            the name of one.
        :param args: The arguments, as a list or a text.
        :param kwargs: What click's runner takes. ``obj`` is a ``ScriptInfo`` of the application by
            default.
        """
        kwargs.setdefault("obj", ScriptInfo(create_app=lambda: self.app))
        return super().invoke(self.app.cli if cli is None else cli, args, **kwargs)
