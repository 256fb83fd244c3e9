"""API: Session Interface, and the session's own attributes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from flaskish import Flask, Response, request, session
from flaskish.sessions import (
    NullSession,
    SecureCookieSession,
    SecureCookieSessionInterface,
    SessionInterface,
    SessionMixin,
)

INTERFACE = SessionInterface()


class PlainSession(dict[str, Any], SessionMixin):
    pass


def test_mixin_says_that_everything_was_changed() -> None:
    plain = PlainSession()
    assert (plain.new, plain.modified, plain.accessed) == (False, True, False)
    assert plain.permanent is False
    plain.permanent = True
    assert plain == {"_permanent": True}


def test_session_of_a_cookie_notices_changes_of_itself_only() -> None:
    changed = SecureCookieSession({"a": []})
    changed["a"].append(1)
    assert not changed.modified
    changed["b"] = 1
    assert changed.modified


def test_null_session_can_be_read_only(app: Flask) -> None:
    null = INTERFACE.make_null_session(app)
    assert type(null) is NullSession
    assert INTERFACE.is_null_session(null)
    assert not INTERFACE.is_null_session({})
    assert (null.get("a"), "a" in null, len(null)) == (None, False, 0)
    changes: tuple[Callable[[], Any], ...] = (
        lambda: null.__setitem__("a", 1),
        lambda: null.pop("a", None),
        lambda: null.setdefault("a", 1),
        lambda: null.update(a=1),
        lambda: null.clear(),
        lambda: null.popitem(),
    )
    for change in changes:
        with pytest.raises(RuntimeError, match=r"(?i)secret.key"):
            change()


def test_own_null_session(app: Flask) -> None:
    class OwnNull(NullSession):
        pass

    class Interface(SessionInterface):
        null_session_class = OwnNull

        def open_session(self, app: Any, request: Any) -> None:
            return None

        def save_session(self, app: Any, session: Any, response: Any) -> None:
            pytest.fail("A null session was saved.")

    app.session_interface = Interface()
    app.add_url_rule("/", "index", lambda: type(session._get_current_object()).__name__)  # type: ignore[attr-defined]
    assert app.test_client().get("/").text == "OwnNull"


def test_interface_has_two_methods_to_write(app: Flask) -> None:
    with app.test_request_context():
        with pytest.raises(NotImplementedError):
            INTERFACE.open_session(app, request)
        with pytest.raises(NotImplementedError):
            INTERFACE.save_session(app, PlainSession(), Response())


@pytest.mark.parametrize(
    ("method", "settings", "value"),
    [
        ("get_cookie_name", {}, "session"),
        ("get_cookie_name", {"SESSION_COOKIE_NAME": "own"}, "own"),
        ("get_cookie_domain", {"SERVER_NAME": "example.com"}, None),
        ("get_cookie_domain", {"SESSION_COOKIE_DOMAIN": "example.com"}, "example.com"),
        ("get_cookie_path", {}, "/"),
        ("get_cookie_path", {"APPLICATION_ROOT": "/app"}, "/app"),
        ("get_cookie_path", {"APPLICATION_ROOT": "/app", "SESSION_COOKIE_PATH": "/own"}, "/own"),
        ("get_cookie_httponly", {}, True),
        ("get_cookie_httponly", {"SESSION_COOKIE_HTTPONLY": False}, False),
        ("get_cookie_secure", {}, False),
        ("get_cookie_secure", {"SESSION_COOKIE_SECURE": True}, True),
        ("get_cookie_samesite", {}, None),
        ("get_cookie_samesite", {"SESSION_COOKIE_SAMESITE": "Lax"}, "Lax"),
        ("get_cookie_partitioned", {}, False),
        ("get_cookie_partitioned", {"SESSION_COOKIE_PARTITIONED": True}, True),
    ],
)
def test_attributes_of_the_cookie(method: str, settings: dict[str, Any], value: object) -> None:
    app = Flask("cookies")
    app.config.update(settings)
    assert getattr(INTERFACE, method)(app) == value


def test_only_permanent_sessions_expire(app: Flask) -> None:
    app.permanent_session_lifetime = timedelta(minutes=5)
    plain = PlainSession()
    assert INTERFACE.get_expiration_time(app, plain) is None
    plain.permanent = True
    expires = INTERFACE.get_expiration_time(app, plain)
    assert expires is not None
    assert abs(expires - datetime.now(UTC) - timedelta(minutes=5)) < timedelta(seconds=10)


@pytest.mark.parametrize(
    ("is_modified", "is_permanent", "is_refreshed", "is_set"),
    [
        (True, False, True, True),
        (False, False, True, False),
        (False, True, True, True),
        (False, True, False, False),
        (True, True, False, True),
    ],
)
def test_when_the_cookie_is_set(
    app: Flask, is_modified: bool, is_permanent: bool, is_refreshed: bool, is_set: bool
) -> None:
    app.config["SESSION_REFRESH_EACH_REQUEST"] = is_refreshed
    own = PlainSession()
    own.permanent = is_permanent
    own.modified = is_modified
    assert bool(INTERFACE.should_set_cookie(app, own)) is is_set


def test_interface_is_not_of_pickles() -> None:
    assert SessionInterface.pickle_based is False
    assert SecureCookieSessionInterface.session_class is SecureCookieSession
    assert SecureCookieSessionInterface.salt == "cookie-session"


def test_serializer_signs_for_the_applications_key_only(app: Flask) -> None:
    interface = SecureCookieSessionInterface()
    serializer = interface.get_signing_serializer(app)
    assert serializer is not None
    signed = serializer.dumps({"a": (1, b"b")})
    assert serializer.loads(signed) == {"a": (1, b"b")}
    other = Flask("other")
    other.secret_key = None
    assert interface.get_signing_serializer(other) is None
    other.secret_key = "another key"
    with pytest.raises(Exception, match=r"(?i)signature"):
        interface.get_signing_serializer(other).loads(signed)  # type: ignore[union-attr]


def test_older_keys_still_open_a_session() -> None:
    app = Flask("rotated")
    app.secret_key = "old"
    app.add_url_rule("/set", "set", lambda: session.update(a=1) or "")  # type: ignore[func-returns-value]
    app.add_url_rule("/", "index", lambda: str(session.get("a")))
    client = app.test_client()
    client.get("/set")
    app.config.update(SECRET_KEY="new", SECRET_KEY_FALLBACKS=["older", "old"])
    assert client.get("/").text == "1"
    app.config["SECRET_KEY_FALLBACKS"] = ["older"]
    assert client.get("/").text == "None"


def test_forged_cookie_is_an_empty_session(app: Flask) -> None:
    app.add_url_rule("/", "index", lambda: str(dict(session)))
    client = app.test_client()
    client.set_cookie("session", "eyJhIjoxfQ.forged.signature")
    assert client.get("/").text == "{}"


def test_emptied_session_deletes_its_cookie(app: Flask) -> None:
    app.add_url_rule("/set", "set", lambda: session.update(a=1) or "")  # type: ignore[func-returns-value]
    app.add_url_rule("/clear", "clear", lambda: session.clear() or "")  # type: ignore[func-returns-value]
    client = app.test_client()
    client.get("/set")
    assert "Expires=Thu, 01 Jan 1970" in client.get("/clear").headers["Set-Cookie"]
    assert client.get_cookie("session") is None


def test_session_is_opened_before_the_url_is_matched(app: Flask) -> None:
    opened: list[Any] = []

    class Interface(SecureCookieSessionInterface):
        def open_session(self, app: Any, request: Any) -> Any:
            opened.append(request.url_rule)
            return super().open_session(app, request)

    app.session_interface = Interface()
    app.add_url_rule("/", "index", lambda: "")
    app.test_client().get("/")
    assert opened == [None]


def test_session_is_saved_after_the_last_function(app: Flask) -> None:
    @app.after_request
    def change(response: Response) -> Response:
        session["after"] = 1
        return response

    app.add_url_rule("/", "index", lambda: str(session.get("after")))
    client = app.test_client()
    assert [client.get("/").text for _ in range(2)] == ["None", "1"]
