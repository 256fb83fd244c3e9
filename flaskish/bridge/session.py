"""The session of a project: Flask's ``session`` over the store that Django's middleware opened.

Flask: Sessions. Django: ``SessionMiddleware``, which loads, saves and sends the cookie.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, Self, cast

from .. import werkzeug
from .._replaced_methods import stated_of
from ..sessions import (
    LONGEST_ATTRIBUTES,
    OPENING_AND_SAVING,
    SecureCookieSessionInterface,
    SessionMixin,
    check_size,
)
from ._typed_values import is_plain, keeps_types, to_django_value

if TYPE_CHECKING:
    from django.contrib.sessions.backends.base import SessionBase
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    from ..app import Flask
    from ..json.tag import TaggedJSONSerializer
    from ..wrappers import Request, Response

#: The key under which a store keeps the tagged forms of values, by their keys.
TYPES_KEY = "_flaskish_types"
#: The key under which Django keeps what ``set_expiry`` was given.
_EXPIRY_KEY = "_session_expiry"
#: The store whose contents came with the request.
COOKIE_STORE = "django.contrib.sessions.backends.signed_cookies"
#: The attribute of a store for what the application that filled it has as ``MAX_COOKIE_SIZE``.
_LIMIT_KEY = "_flaskish_max_cookie_size"
#: What an application has there by default.
_LIMIT_OF_BROWSERS = 4093
#: What that store adds to the contents in base 64: marks, a time and a signature.
_LONGEST_SIGNATURE = 64


class ProjectSession(SessionMixin):
    """A session of Django's with Flask's API. It is loaded when its contents are first asked for.

    :param store: Django's session, reachable as ``session.django``.
    :param app: The application, for the lifetime of a permanent session.
    :param serializer: Writes values of types that the store would lose.
    """

    def __init__(self, store: SessionBase, app: Flask, serializer: TaggedJSONSerializer) -> None:
        self.django = store
        self._app = app
        self._serializer = serializer
        #: By key: what the store holds, and the value that this side was given for it. Values that
        #: cannot be changed and are the same on both sides need no entry.
        self._given: dict[str, tuple[Any, Any]] = {}
        self._is_cleared = False

    # What the store knows

    @property
    def accessed(self) -> bool:
        """Whether the session was asked for, so that Django's middleware adds ``Vary: Cookie``."""
        return self.django.accessed

    @accessed.setter
    def accessed(self, value: bool) -> None:
        self.django.accessed = value

    @property
    def modified(self) -> bool:
        """Whether the session was changed, by either side, so that Django's middleware saves it."""
        return self.django.modified

    @modified.setter
    def modified(self, value: bool) -> None:
        self.django.modified = value

    @property
    def new(self) -> bool:  # type: ignore[override]
        """Whether there was no session before this request, or it has ended."""
        self.load()
        return self.django.session_key is None

    @property
    def permanent(self) -> bool:
        """Whether the session has a time to live of its own that outlives the browser's session.

        Setting it gives the session ``PERMANENT_SESSION_LIFETIME``, or makes it end with the
        browser's. As long as nobody sets it, the project's settings decide, and it is false.

        Django: ``set_expiry``.
        """
        return bool(self.django.get(_EXPIRY_KEY))

    @permanent.setter
    def permanent(self, value: bool) -> None:
        lifetime = self._app.permanent_session_lifetime.total_seconds()
        # Zero would mean the end of the browser's session.
        self.django.set_expiry(max(1, int(lifetime)) if value else 0)

    @property
    def may_block(self) -> bool:
        """Whether the next use of the session, or saving it, may wait for a database."""
        return self._is_cleared or not (
            self._is_loaded
            or self.django.session_key is None
            or type(self.django).__module__ == COOKIE_STORE
        )

    @property
    def _is_loaded(self) -> bool:
        return "_session_cache" in self.django.__dict__

    def load(self) -> None:
        """Load the contents, if that has not been done, without counting it as access."""
        accessed = self.django.accessed
        self.django.keys()
        self.django.accessed = accessed

    # A mapping

    def __getitem__(self, key: str) -> Any:
        if key == TYPES_KEY:
            raise KeyError(key)
        stored = self.django[key]
        given = self._given.get(key)
        # The store has another object once Django's side has written the key.
        if given is not None and given[0] is stored:
            return given[1]
        value = self._from_store(key, stored)
        if value is not stored or (isinstance(value, (list, dict)) and is_plain(value)):
            self._given[key] = (stored, value)
        return value

    def _from_store(self, key: str, stored: Any) -> Any:
        tagged = self.django.get(TYPES_KEY, {}).get(key)
        try:
            if tagged is None or to_django_value(tagged, self._serializer) != stored:
                return stored
            return self._serializer.loads(tagged)
        except RecursionError:
            # Far down in calls of somebody's, or not written by this side.
            return stored

    def __setitem__(self, key: str, value: Any) -> None:
        if key == TYPES_KEY:
            # It would say what types other values have, whoever they come from.
            raise KeyError(f"session[{key!r}] cannot be set: types of values are kept there.")
        if is_plain(value) or keeps_types(self.django.serializer):
            stored = value
            self._forget_type(key)
        else:
            tagged = self._serialize(key, value)
            stored = to_django_value(tagged, self._serializer)
            self.django[TYPES_KEY] = {**self.django.get(TYPES_KEY, {}), key: tagged}
        self.django[key] = stored
        self._given[key] = (stored, value)

    def _serialize(self, key: str, value: Any) -> str:
        # Loaded by values that JSON has no types for, or not enough levels.
        from .._nesting import SessionTooDeep, require_readable

        try:
            tagged = self._serializer.dumps(value)
            require_readable(tagged, self._serializer.loads)
            return tagged
        except RecursionError:
            raise SessionTooDeep({key: value}) from None
        except TypeError as error:
            raise TypeError(
                f"session[{key!r}] holds a {type(value).__name__} that cannot be stored: {error}."
                " Store what JSON has types for, a tuple, datetime, UUID, bytes or Markup, or"
                " register a tag for its type."
            ) from error

    def __delitem__(self, key: str) -> None:
        if key == TYPES_KEY:
            raise KeyError(key)
        del self.django[key]
        self._given.pop(key, None)
        self._forget_type(key)

    def _forget_type(self, key: str) -> None:
        types = self.django.get(TYPES_KEY)
        if types and key in types:
            remaining = {name: tagged for name, tagged in types.items() if name != key}
            if remaining:
                self.django[TYPES_KEY] = remaining
            else:
                del self.django[TYPES_KEY]

    def __iter__(self) -> Iterator[str]:
        return (key for key in self.django.keys() if key != TYPES_KEY)  # noqa: SIM118

    def __len__(self) -> int:
        return len(list(iter(self)))

    def __contains__(self, key: object) -> bool:
        return key in self.django and key != TYPES_KEY

    def clear(self) -> None:
        """Remove all. The session gets another key, as Flask's gets another cookie."""
        self.django.clear()
        self._given.clear()
        self._is_cleared = True

    def __or__(self, other: Any) -> dict[str, Any]:
        return {**self, **other}

    def __ior__(self, other: Any) -> Self:
        self.update(other)
        return self

    def copy(self) -> dict[str, Any]:
        """Return the contents as a dict."""
        return dict(self)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {dict(self)!r}>"

    # The end of the request

    def _settle(self) -> None:
        """Leave the store as Django's middleware is to save it."""
        if not self.modified:
            return
        if self._is_cleared:
            self._start_anew()
        for key, (stored, value) in list(self._given.items()):
            # What was changed inside a list or a dict went past this class.
            if self.django.get(key) is stored and not (stored is value and is_plain(value)):
                self[key] = value
        for key in [key for key in self.django.get(TYPES_KEY, {}) if key not in self.django]:
            self._forget_type(key)

    def _start_anew(self) -> None:
        contents = dict(self.django.items())
        # Deletes what is stored under the old key, which whoever knows it could use otherwise.
        self.django.flush()
        self.django.update(contents)
        self._is_cleared = False

    def _prolong(self) -> None:
        """Let a permanent session that was used live for its whole time again."""
        if self._is_loaded and self.accessed and self.permanent:
            self.modified = True


class ProjectSessionInterface(SecureCookieSessionInterface):
    """Gives each request the project's session, where there is one, else a session in a cookie.

    An application that is to keep a cookie of its own in a project says so::

        app.session_interface = SecureCookieSessionInterface()

    Differs from Flask: in a project the session is the project's, so that Django's settings, not
    the application's ``SESSION_COOKIE_...``, say how it is kept and sent.

    Opening a session never waits; see :attr:`ProjectSession.may_block` for using it.
    """

    may_block: bool = stated_of(OPENING_AND_SAVING, False)
    opens_on_demand: bool = stated_of((*OPENING_AND_SAVING, "session_class"), True)

    def open_session(self, app: Flask, request: Request) -> Any:
        # Middleware had a request of Django's; to make one now would be work for nothing.
        http_request = request.__dict__.get("django")
        store = None if http_request is None else getattr(http_request, "session", None)
        if store is None:
            return super().open_session(app, request)
        return ProjectSession(store, app, self.serializer)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        if ProjectSession not in session.__class__.__mro__:
            super().save_session(app, session, response)
            return
        project_session = cast("ProjectSession", session)
        if app.config["SESSION_REFRESH_EACH_REQUEST"]:
            project_session._prolong()
        project_session._settle()
        store = project_session.django
        if type(store).__module__ == COOKIE_STORE:
            limit = store.__dict__[_LIMIT_KEY] = app.config["MAX_COOKIE_SIZE"]
            if store.modified:
                _check_contents(store, limit)


def check_cookie_of(http_request: HttpRequest, response: HttpResponseBase) -> None:
    """Refuse the session's cookie of a finished response if browsers would drop it.

    :param http_request: The request, whose session may have been an application's.
    :param response: The response.
    :raises SessionTooLarge: They would.
    """
    # Loaded by projects with this store only.
    from django.conf import settings

    morsel = response.cookies.get(settings.SESSION_COOKIE_NAME)
    if morsel is not None:
        store = getattr(http_request, "session", None)
        limit = getattr(store, _LIMIT_KEY, _LIMIT_OF_BROWSERS)
        if limit:
            check_size(morsel.OutputString(), limit)


def _check_contents(store: SessionBase, limit: int) -> None:
    """Refuse a session that does not fit into the cookie that the middleware is going to send.

    :raises SessionTooLarge: Browsers would drop the cookie, and with it the session before this.
    """
    # Loaded by projects with this store only.
    from django.conf import settings

    name = settings.SESSION_COOKIE_NAME
    contents: Any = store._session  # type: ignore[attr-defined]
    size = len(store.serializer().dumps(contents)) * 4 // 3
    if not limit or len(name) + size + _LONGEST_SIGNATURE + LONGEST_ATTRIBUTES <= limit:
        # Fits without being compressed. Signing it is for the middleware, and takes its time.
        return
    value = str(store._get_session_key())
    if len(name) + len(value) + LONGEST_ATTRIBUTES > limit:
        cookie = werkzeug.http.dump_cookie(
            name,
            value,
            max_age=store.get_expiry_age(),
            expires=store.get_expiry_date(),
            path=settings.SESSION_COOKIE_PATH,
            domain=settings.SESSION_COOKIE_DOMAIN,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=settings.SESSION_COOKIE_HTTPONLY,
            samesite=settings.SESSION_COOKIE_SAMESITE or None,
            max_size=0,
        )
        check_size(cookie, limit)


def run_session_middleware(request: Request) -> Callable[[Response], object]:
    """Give a request its session if the settings have the middleware for it; for test clients.

    :param request: The request.
    :return: Saves the session and adds its cookie to a response.
    """
    # Only tests that look into a session come here.
    from django.conf import settings
    from django.utils.module_loading import import_string

    for path in settings.MIDDLEWARE:
        middleware_class = import_string(path)
        if _is_session_middleware(middleware_class):
            middleware = middleware_class(lambda http_request: None)
            middleware.process_request(request.django)
            return partial(middleware.process_response, request.django)
    return lambda response: response


def _is_session_middleware(middleware_class: Any) -> bool:
    # Importing the class needs no installed application, but a project with middleware only.
    from django.contrib.sessions.middleware import SessionMiddleware

    return isinstance(middleware_class, type) and issubclass(middleware_class, SessionMiddleware)
