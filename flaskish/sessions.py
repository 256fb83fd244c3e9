"""Sessions: a dict that lives between requests, in a signed cookie.

Flask: Sessions. Django: ``django.core.signing``; ``bridge.session`` keeps it in a project's store.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping, MutableMapping
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any, NoReturn

from django.core.signing import BadSignature, TimestampSigner, b64_decode, b64_encode
from django.utils.crypto import salted_hmac
from django.utils.encoding import force_bytes

from . import werkzeug
from ._replaced_methods import stated_of
from .globals import _cv_request
from .werkzeug.datastructures import CallbackDict
from .werkzeug.sansio._lazy import lazy_attribute, on_demand

if TYPE_CHECKING:
    from .app import Flask
    from .json.tag import TaggedJSONSerializer
    from .wrappers import Request, Response

    session_json_serializer: TaggedJSONSerializer


class SessionMixin(MutableMapping[str, Any]):
    """What a session has beside its contents."""

    #: Whether the session was made by this request, as far as the interface knows.
    new = False
    #: Whether the session was changed, as far as the interface knows.
    modified = True
    #: Whether the session was read or changed, so that the answer varies by cookie.
    accessed = False

    @property
    def may_block(self) -> bool:
        """Whether the next use, or saving, may wait for a database or a network.

        An event loop then calls :meth:`load` and the interface's ``save_session`` in a thread.
        """
        return False

    def load(self) -> None:
        """Do the waiting now; there is none where the contents came with the request."""

    @property
    def permanent(self) -> bool:
        """Whether the cookie outlives the browser's own session."""
        return bool(self.get("_permanent", False))

    @permanent.setter
    def permanent(self, value: bool) -> None:
        self["_permanent"] = bool(value)


class SecureCookieSession(CallbackDict[str, Any], SessionMixin):
    """A session that notices changes; not those inside a list or a dict it holds.

    :param initial: The contents.
    """

    modified = False

    def __init__(self, initial: Mapping[str, Any] | None = None) -> None:
        # One call less than by the constructor in between: each request makes a session.
        dict.__init__(self, initial or ())
        self.on_update = _mark_modified


def _mark_modified(session: Any) -> None:
    session.modified = True


def _refuse_change(self: Any, *args: Any, **kwargs: Any) -> NoReturn:
    raise RuntimeError(
        "The session is unavailable because no secret key was set.  Set the secret_key on the"
        " application to something unique and secret."
    )


class NullSession(SecureCookieSession):
    """The session of an application without a secret key: it can be read, and is empty."""

    __setitem__ = _refuse_change
    __delitem__ = _refuse_change
    __ior__ = _refuse_change
    clear = _refuse_change
    pop = _refuse_change
    popitem = _refuse_change
    update = _refuse_change
    setdefault = _refuse_change


#: The methods of an interface that may wait, and that a request passes through.
OPENING_AND_SAVING = ("open_session", "save_session")


class SessionInterface:
    """How sessions are opened and saved; an application's ``session_interface`` is one."""

    #: The class of sessions where none can be opened.
    null_session_class = NullSession
    #: Whether the sessions can be stored with pickle; for extensions.
    pickle_based = False
    #: Whether opening and saving may wait for a database or a network, so that an event loop has
    #: both done in a thread. Whether *using* a session may wait is ``session.may_block``.
    may_block = True
    #: Whether a session is opened when somebody asks for it, or at the end for a client that sent
    #: a cookie; else at the start of each request.
    opens_on_demand = False

    def make_null_session(self, app: Flask) -> NullSession:
        """Make the session to use where none can be opened.

        :param app: The application.
        """
        return self.null_session_class()

    def is_null_session(self, obj: object) -> bool:
        """Tell whether a session is one that need not be saved.

        :param obj: The session.
        """
        # Sessions are of an abstract class, about which ``isinstance`` asks at length.
        return self.null_session_class in obj.__class__.__mro__

    def get_cookie_name(self, app: Flask) -> str:
        """Return the cookie's name: ``SESSION_COOKIE_NAME``."""
        return app.config["SESSION_COOKIE_NAME"]  # type: ignore[no-any-return]

    def get_cookie_domain(self, app: Flask) -> str | None:
        """Return the cookie's domain: ``SESSION_COOKIE_DOMAIN``."""
        return app.config["SESSION_COOKIE_DOMAIN"]  # type: ignore[no-any-return]

    def get_cookie_path(self, app: Flask) -> str:
        """Return the cookie's path: ``SESSION_COOKIE_PATH``, else ``APPLICATION_ROOT``."""
        return app.config["SESSION_COOKIE_PATH"] or app.config["APPLICATION_ROOT"]  # type: ignore[no-any-return]

    def get_cookie_httponly(self, app: Flask) -> bool:
        """Tell whether scripts may not read the cookie: ``SESSION_COOKIE_HTTPONLY``."""
        return app.config["SESSION_COOKIE_HTTPONLY"]  # type: ignore[no-any-return]

    def get_cookie_secure(self, app: Flask) -> bool:
        """Tell whether the cookie is for HTTPS only: ``SESSION_COOKIE_SECURE``.

        With ``SECURE_DEFAULTS`` the cookie of a request by HTTPS is, too.
        """
        if app.config["SESSION_COOKIE_SECURE"] or not app.config.get("SECURE_DEFAULTS"):
            return app.config["SESSION_COOKIE_SECURE"]  # type: ignore[no-any-return]
        context = _cv_request.get()
        # Django's request knows ``SECURE_PROXY_SSL_HEADER``, too.
        return context is not None and context.request.django.is_secure()

    def get_cookie_samesite(self, app: Flask) -> str | None:
        """Return which requests of other sites have the cookie: ``SESSION_COOKIE_SAMESITE``."""
        return app.config["SESSION_COOKIE_SAMESITE"]  # type: ignore[no-any-return]

    def get_cookie_partitioned(self, app: Flask) -> bool:
        """Tell whether each embedding site has its own cookie: ``SESSION_COOKIE_PARTITIONED``."""
        return app.config["SESSION_COOKIE_PARTITIONED"]  # type: ignore[no-any-return]

    def get_expiration_time(self, app: Flask, session: SessionMixin) -> datetime | None:
        """Return when the cookie expires; ``None`` at the end of the browser's session.

        :param app: The application.
        :param session: The session.
        """
        if not session.permanent:
            return None
        return datetime.now(UTC) + app.permanent_session_lifetime  # type: ignore[no-any-return]

    def should_set_cookie(self, app: Flask, session: SessionMixin) -> bool:
        """Tell whether the cookie is sent: after a change, or to prolong a permanent session.

        :param app: The application.
        :param session: The session.
        """
        return session.modified or (
            session.permanent and app.config["SESSION_REFRESH_EACH_REQUEST"]
        )

    def open_session(self, app: Flask, request: Request) -> SessionMixin | None:
        """Open the session at the start of a request.

        :param app: The application.
        :param request: The request.
        :return: The session; ``None`` if there cannot be one, for want of a secret key say.
        """
        raise NotImplementedError

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Save the session at the end of a request.

        :param app: The application.
        :param session: The session.
        :param response: The response that may get a cookie.
        """
        raise NotImplementedError


@cache
def _load_serializer() -> TaggedJSONSerializer:
    # By the first session, or whoever names the serializer.
    from .json.tag import TaggedJSONSerializer

    return TaggedJSONSerializer()


def __getattr__(name: str) -> Any:
    if name == "session_json_serializer":
        return _load_serializer()
    if name == "TaggedJSONSerializer":
        # Programs that read cookies of Flask import it from here.
        return type(_load_serializer())
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def _lazy_sha256(string: bytes = b"") -> Any:
    from hashlib import sha256

    return sha256(string)


#: Bytes from which on compressing is tried: less than this hardly ever gets shorter by it.
_WORTH_COMPRESSING = 100
#: The bytes a signed value may have before it is compressed, and after.
MAX_PAYLOAD_SIZE = 1_000_000
#: What the attributes of a session's cookie have at most, unless its domain or its path is long.
LONGEST_ATTRIBUTES = 500
#: How many serializers an interface keeps; applications, tests mostly, share it.
_MOST_SERIALIZERS = 100


class _Signer(TimestampSigner):
    """Django's signer with the keys of its signatures made once, rather than for each of them."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._keyed = {
            key: salted_hmac(options["salt"] + "signer", b"", key, algorithm=self.algorithm)
            for key in (self.key, *self.fallback_keys)
        }

    def signature(self, value: str | bytes, key: str | bytes | None = None) -> str:
        code = self._keyed[key or self.key].copy()
        code.update(force_bytes(value))
        return b64_encode(code.digest()).decode()


class _AsItIs:
    """A serializer of what has been serialized already."""

    def dumps(self, data: bytes) -> bytes:
        return data

    def loads(self, data: bytes) -> bytes:
        return data


class SigningSerializer:
    """Signs and dates values, by Django's ``TimestampSigner``.

    :param secret_key: The key to sign with.
    :param fallback_keys: Keys that only verify.
    :param salt: Keeps signatures for one purpose from being valid for another.
    :param serializer: Converts values to text and back.
    :param algorithm: Name of the hash function.
    """

    def __init__(
        self,
        secret_key: str | bytes,
        fallback_keys: list[str | bytes],
        salt: str,
        serializer: Any,
        algorithm: str,
    ) -> None:
        self._signer = _Signer(
            key=secret_key,
            # Flask's separator: tools that show the contents of a cookie look for it.
            sep=".",
            salt=salt,
            algorithm=algorithm,
            fallback_keys=fallback_keys,
        )
        self._serializer = serializer

    def dumps(self, value: Any) -> str:
        """Serialize, compress where that is shorter, date and sign a value.

        :param value: The value.
        :raises ValueError: It is larger than what is read again.
        :raises RecursionError: It has more levels than what is read again.
        """
        text = self._serializer.dumps(value)
        if len(text) > _WORTH_COMPRESSING:
            # Loaded by sessions that may have a depth.
            from ._nesting import require_readable

            require_readable(text, self._serializer.loads)
        data = text.encode()
        if len(data) > MAX_PAYLOAD_SIZE:
            raise ValueError(
                f"The value has {len(data)} bytes, and no more than {MAX_PAYLOAD_SIZE} are read"
                " again. Sign less, or keep it elsewhere."
            )
        return self._signer.sign_object(
            data, serializer=_AsItIs, compress=len(data) > _WORTH_COMPRESSING
        )

    def loads(self, text: str, max_age: int | None = None) -> Any:
        """Verify a text and return its value.

        :param text: The text.
        :param max_age: The age from which it is refused, in seconds.
        :raises BadSignature: The text is not one of ours, or too old.
        """
        signed = self._signer.unsign(text, max_age=max_age)
        try:
            return self._serializer.loads(_decode_payload(signed).decode())
        except Exception as error:
            # The signature holds: a payload of a format to come, or of another serializer, whatever
            # that raises.
            raise BadSignature("The payload cannot be read.") from error


def _decode_payload(text: str) -> bytes:
    """Decode a payload as ``django.core.signing`` does, but decompress no more than a limit.

    :raises ValueError: It is larger.
    """
    if not text.startswith("."):
        return b64_decode(text.encode())
    decompressor = zlib.decompressobj()
    data = decompressor.decompress(b64_decode(text[1:].encode()), MAX_PAYLOAD_SIZE + 1)
    if len(data) > MAX_PAYLOAD_SIZE or not decompressor.eof:
        raise ValueError("The payload is too large, or not complete.")
    return data


class SessionTooLarge(ValueError):
    """A session does not fit into its cookie."""


def check_size(header: str, limit: int) -> None:
    """Refuse a cookie that browsers would drop, with all that the session had before.

    Differs from Flask: a session that does not fit into a cookie is an error rather than a warning.

    :raises SessionTooLarge: The header is longer than the limit.
    """
    if len(header) > limit:
        raise SessionTooLarge(
            f"The session's cookie has {len(header)} bytes, and browsers drop cookies of more than"
            f" {limit} ('MAX_COOKIE_SIZE'). Keep less in the session, or use one that is stored on"
            " the server, such as that of a Django project."
        )


class SecureCookieSessionInterface(SessionInterface):
    """Keeps the session in a cookie that the client can read and cannot change.

    Differs from Flask: the cookie is signed by Django's signer, with SHA-256, and its name is part
    of the salt, so that one cookie cannot be passed off as another.
    """

    may_block: bool = stated_of(OPENING_AND_SAVING, False)
    opens_on_demand: bool = stated_of((*OPENING_AND_SAVING, "session_class"), True)
    salt = "cookie-session"
    #: The hash function of the signature.
    digest_method: Callable[..., Any] = staticmethod(_lazy_sha256)
    #: How the signing key is made of the secret key; Django's signer knows one way.
    key_derivation = "hmac"
    #: Converts the contents to text and back.
    serializer: Any = on_demand(_load_serializer)
    session_class = SecureCookieSession

    @lazy_attribute
    def _serializers(self) -> dict[tuple[Any, ...], SigningSerializer]:
        """The serializers by what they are made of.

        Not made by a constructor, which a subclass of Flask's need not call.
        """
        return {}

    def get_signing_serializer(self, app: Flask) -> SigningSerializer | None:
        """Return what signs and verifies the cookie; ``None`` without a secret key.

        :param app: The application.
        """
        secret_key = app.secret_key
        if not secret_key:
            return None
        fallbacks = app.config["SECRET_KEY_FALLBACKS"] or ()
        salt = f"{self.salt}.{self.get_cookie_name(app)}"
        key = (secret_key, tuple(fallbacks), salt, self.serializer, self.digest_method)
        signer = self._serializers.get(key)
        if signer is None:
            if isinstance(fallbacks, (str, bytes)):
                raise TypeError(
                    "'SECRET_KEY_FALLBACKS' is a list of keys, and each character of a text would"
                    " be one. Put the key into brackets."
                )
            if len(self._serializers) >= _MOST_SERIALIZERS:
                # The name of a cookie may be made of the host, which the client says.
                self._serializers.clear()
            signer = self._serializers[key] = SigningSerializer(
                secret_key, list(fallbacks), salt, self.serializer, self.digest_method().name
            )
        return signer

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        serializer = self.get_signing_serializer(app)
        if serializer is None:
            return None
        cookies = request.cookies
        cookie = cookies.get(self.get_cookie_name(app)) if cookies else None
        if not cookie:
            return self.session_class()
        max_age = int(app.permanent_session_lifetime.total_seconds())
        try:
            contents = serializer.loads(cookie, max_age=max_age)
        except BadSignature:
            return self.session_class()
        return self.session_class(contents if isinstance(contents, dict) else None)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        # Before anything can fail: the page of the error depends on the session as well.
        is_vary_known = session.accessed
        if is_vary_known:
            response.vary.add("Cookie")
        if session:
            if not self.should_set_cookie(app, session):
                return
            self._set_cookie(app, session, response)
        elif session.modified:
            response.delete_cookie(self.get_cookie_name(app), **self._cookie_attributes(app))
        else:
            return
        if not is_vary_known:
            response.vary.add("Cookie")

    def _set_cookie(self, app: Flask, session: SessionMixin, response: Response) -> None:
        serializer = self.get_signing_serializer(app)
        if serializer is None:
            raise RuntimeError("The secret key was taken away during the request.")
        name, contents = self.get_cookie_name(app), dict(session)
        try:
            value = serializer.dumps(contents)
        except RecursionError:
            # Loaded by such sessions.
            from ._nesting import SessionTooDeep

            raise SessionTooDeep(contents) from None
        expires = self.get_expiration_time(app, session)
        attributes = self._cookie_attributes(app)
        limit = app.config["MAX_COOKIE_SIZE"]
        if limit and len(name) + len(value) + LONGEST_ATTRIBUTES > limit:
            check_size(
                werkzeug.http.dump_cookie(name, value, expires=expires, max_size=0, **attributes),
                limit,
            )
        response.set_cookie(name, value, expires=expires, **attributes)

    def _cookie_attributes(self, app: Flask) -> dict[str, Any]:
        return {
            "domain": self.get_cookie_domain(app),
            "path": self.get_cookie_path(app),
            "secure": self.get_cookie_secure(app),
            "partitioned": self.get_cookie_partitioned(app),
            "samesite": self.get_cookie_samesite(app),
            "httponly": self.get_cookie_httponly(app),
        }
