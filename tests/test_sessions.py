"""Sessions: the signed cookie, its attributes and lifetime, and sessions of another kind.

Flask: Sessions.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.core.signing import TimestampSigner
from markupsafe import Markup

from flaskish import Flask, g, session
from flaskish.bridge.session import ProjectSessionInterface
from flaskish.sessions import (
    NullSession,
    SecureCookieSession,
    SecureCookieSessionInterface,
    SessionInterface,
    SessionMixin,
    SessionTooLarge,
)
from flaskish.testing import FlaskClient
from flaskish.werkzeug.http import parse_date


@pytest.fixture
def app(app: Flask) -> Flask:
    app.add_url_rule("/set/<value>", "write", lambda value: session.update(value=value) or "")
    app.add_url_rule("/get", "read", lambda: str(session.get("value")))
    app.add_url_rule("/pop", "pop", lambda: str(session.pop("value", None)))
    app.add_url_rule("/none", "none", lambda: "")
    return app


def cookie_attributes(header: str) -> dict[str, str]:
    """Split a Set-Cookie header."""
    parts = (part.partition("=") for part in header.split("; "))
    return {name: value for name, _, value in parts}


def test_session_lives_between_requests(client: FlaskClient) -> None:
    client.get("/set/42")
    assert client.get("/get").data == b"42"
    assert client.get("/pop").data == b"42"
    assert client.get("/get").data == b"None"


def test_cookie_has_the_configured_attributes(app: Flask, client: FlaskClient) -> None:
    app.config.update(
        SESSION_COOKIE_NAME="own",
        SESSION_COOKIE_DOMAIN=".example.com",
        SESSION_COOKIE_PATH="/shop",
        SESSION_COOKIE_HTTPONLY=False,
        SESSION_COOKIE_SECURE=True,
        SESSION_COOKIE_PARTITIONED=True,
        SESSION_COOKIE_SAMESITE="Lax",
    )
    attributes = cookie_attributes(client.get("/set/1").headers["Set-Cookie"])
    assert attributes.pop("own")
    assert attributes == {
        "Domain": "example.com",
        "Path": "/shop",
        "Secure": "",
        "Partitioned": "",
        "SameSite": "Lax",
    }


def test_path_of_the_cookie_is_the_applications(app: Flask, client: FlaskClient) -> None:
    app.config["APPLICATION_ROOT"] = "/bar"
    assert "Path=/bar" in client.get("/set/1").headers["Set-Cookie"]


def test_emptied_session_deletes_the_cookie_with_the_same_attributes(
    app: Flask, client: FlaskClient
) -> None:
    app.config.update(SESSION_COOKIE_PATH="/", SESSION_COOKIE_SAMESITE="Strict")
    client.get("/set/1")
    header = client.get("/pop").headers["Set-Cookie"]
    attributes = cookie_attributes(header)
    assert attributes["Expires"] == "Thu, 01 Jan 1970 00:00:00 GMT"
    assert attributes["SameSite"] == "Strict"
    assert client.get_cookie("session") is None


def test_unread_session_writes_nothing(client: FlaskClient) -> None:
    response = client.get("/none")
    assert "Set-Cookie" not in response.headers
    assert "Vary" not in response.headers


def test_session_without_a_key_can_be_read_but_not_written(app: Flask, client: FlaskClient) -> None:
    app.secret_key = None
    assert client.get("/get").data == b"None"
    with pytest.raises(RuntimeError, match="no secret key was set"):
        client.get("/set/1")


@pytest.mark.parametrize(
    "change",
    [
        lambda session: session.update(a=1),
        lambda session: session.__setitem__("a", 1),
        lambda session: session.__delitem__("a"),
        lambda session: session.setdefault("a", 1),
        lambda session: session.pop("a", None),
        lambda session: session.popitem(),
        lambda session: session.clear(),
    ],
)
def test_null_session_refuses_each_change(change: Any) -> None:
    with pytest.raises(RuntimeError, match="Set the secret_key on the application"):
        change(NullSession())


@pytest.mark.parametrize(
    "value",
    [
        (1, 2, (3, [4])),
        b"\xff",
        Markup("<b>"),
        UUID(int=1),
        datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
        {" t": [1]},
        None,
    ],
)
def test_types_survive(app: Flask, client: FlaskClient, value: object) -> None:
    with client.session_transaction() as stored:
        stored["value"] = value
    with client.session_transaction() as stored:
        assert stored["value"] == value
        assert type(stored["value"]) is type(value)


def test_permanent_session_expires_after_its_lifetime(app: Flask, client: FlaskClient) -> None:
    def permanent() -> str:
        session["value"] = "1"
        session.permanent = True
        return ""

    app.add_url_rule("/permanent", "permanent", permanent)
    app.permanent_session_lifetime = timedelta(days=2)
    header = client.get("/permanent").headers["Set-Cookie"]
    expires = parse_date(cookie_attributes(header)["Expires"])
    assert expires is not None
    remaining = expires - datetime.now(UTC)
    assert timedelta(days=2) - timedelta(minutes=1) < remaining <= timedelta(days=2)


@pytest.mark.parametrize(
    ("refresh", "permanent", "is_sent"),
    [(True, True, True), (False, True, False), (True, False, False)],
)
def test_only_a_permanent_session_is_refreshed(
    app: Flask, client: FlaskClient, refresh: bool, permanent: bool, is_sent: bool
) -> None:
    app.config["SESSION_REFRESH_EACH_REQUEST"] = refresh
    with client.session_transaction() as stored:
        stored["value"] = 1
        stored.permanent = permanent
    response = client.get("/none")
    assert ("Set-Cookie" in response.headers) is is_sent
    assert ("Cookie" in response.vary) is is_sent


def test_cookie_older_than_the_lifetime_is_not_read(app: Flask, client: FlaskClient) -> None:
    client.get("/set/1")
    app.permanent_session_lifetime = timedelta(seconds=-1)
    assert client.get("/get").data == b"None"


def test_changed_cookie_is_an_empty_session(client: FlaskClient) -> None:
    client.get("/set/1")
    cookie = client.get_cookie("session")
    assert cookie is not None
    client.set_cookie("session", "x" + cookie.value)
    assert client.get("/get").data == b"None"


@pytest.mark.parametrize("value", ["", ".", ":::", "é", "a.b.c", "." * 999])
def test_nonsense_for_a_cookie_is_an_empty_session(app: Flask, value: str) -> None:
    response = app.test_client().get("/get", headers={"Cookie": f"session={value}"})
    assert (response.status_code, response.data) == (200, b"None")


@pytest.mark.parametrize(
    ("payload", "value"),
    [
        (b'{"value":1}', b"1"),
        (b"not json", b"None"),
        (b"[1]", b"None"),
        (b"1", b"None"),
        (b"\xff", b"None"),
    ],
)
def test_signed_payload_that_is_no_session_is_an_empty_one(
    app: Flask, payload: bytes, value: bytes
) -> None:
    """It may come from another version, or from another use of the same key."""

    class Raw:
        def dumps(self, value: bytes) -> bytes:
            return value

    signer = TimestampSigner(
        key="test key", salt="cookie-session.session", sep=".", algorithm="sha256"
    )
    client = app.test_client()
    client.set_cookie("session", signer.sign_object(payload, serializer=Raw))
    assert client.get("/get").data == value


def test_old_keys_still_read(app: Flask, client: FlaskClient) -> None:
    client.get("/set/1")
    app.secret_key = "new key"
    assert client.get("/get").data == b"None"
    app.config["SECRET_KEY_FALLBACKS"] = ["test key"]
    assert client.get("/get").data == b"1"
    client.get("/set/2")
    app.config["SECRET_KEY_FALLBACKS"] = None
    assert client.get("/get").data == b"2"


def test_key_may_be_bytes(app: Flask, client: FlaskClient) -> None:
    app.secret_key = b"\xff\x00 key"
    client.get("/set/1")
    assert client.get("/get").data == b"1"


def test_change_inside_a_value_has_to_be_told(app: Flask, client: FlaskClient) -> None:
    def append(tell: bool) -> str:
        session["numbers"].append(1)
        session.modified = tell
        return ""

    app.add_url_rule("/append", "append", lambda: append(False))
    app.add_url_rule("/append-and-tell", "append_and_tell", lambda: append(True))
    with client.session_transaction() as stored:
        stored["numbers"] = []
    client.get("/append")
    with client.session_transaction() as stored:
        assert stored["numbers"] == []
    client.get("/append-and-tell")
    with client.session_transaction() as stored:
        assert stored["numbers"] == [1]


@pytest.mark.parametrize(
    "read",
    [
        lambda: session.get("a"),
        lambda: "a" in session,
        lambda: list(session),
        lambda: len(session),
        lambda: session.permanent,
        lambda: session.setdefault("a", 1),
    ],
)
def test_answer_varies_by_cookie_once_the_session_was_read(
    app: Flask, client: FlaskClient, read: Any
) -> None:
    app.add_url_rule("/", "index", lambda: str(read()))
    assert client.get("/").headers["Vary"] == "Cookie"


def test_vary_is_added_to_what_the_view_set(app: Flask, client: FlaskClient) -> None:
    def index() -> tuple[str, dict[str, str]]:
        session.get("a")
        return "", {"Vary": "Accept-Encoding"}

    app.add_url_rule("/", "index", index)
    assert client.get("/").headers["Vary"] == "Accept-Encoding, Cookie"


def test_large_cookie_is_refused(app: Flask, client: FlaskClient) -> None:
    app.add_url_rule("/big", "big", lambda: session.update(value=UUID_TEXT) or "")
    app.config["MAX_COOKIE_SIZE"] = 200
    with pytest.raises(SessionTooLarge, match="MAX_COOKIE_SIZE"):
        client.get("/big")
    app.config["MAX_COOKIE_SIZE"] = 0
    client.get("/big")


UUID_TEXT = "".join(str(UUID(int=number**9)) for number in range(50))


class DictInterface(SessionInterface):
    """Keeps the sessions in a dict on the server."""

    class OwnSession(dict[str, Any], SessionMixin):
        pass

    def __init__(self) -> None:
        self.store: dict[str, Any] = {}

    def open_session(self, app: Flask, request: Any) -> Any:
        return self.OwnSession(self.store.get("only", {}))

    def save_session(self, app: Flask, session: Any, response: Any) -> None:
        if self.should_set_cookie(app, session):
            self.store["only"] = dict(session)
            response.headers["X-Saved"] = "yes"


def test_own_interface_opens_and_saves(app: Flask, client: FlaskClient) -> None:
    app.session_interface = DictInterface()
    assert client.get("/set/1").headers["X-Saved"] == "yes"
    assert client.get("/get").data == b"1"


def test_interface_that_opens_nothing_gives_a_null_session(app: Flask, client: FlaskClient) -> None:
    class Closed(SessionInterface):
        def open_session(self, app: Flask, request: Any) -> None:
            return None

    app.session_interface = Closed()
    app.add_url_rule("/class", "class", lambda: type(session._get_current_object()).__name__)  # type: ignore[attr-defined]
    assert client.get("/class").data == b"NullSession"


@pytest.mark.parametrize(("cookie", "openings"), [(None, 0), ("other=1", 1), ("session=x", 1)])
def test_session_that_nobody_asks_for_is_opened_for_its_cookie_only(
    app: Flask, cookie: str | None, openings: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[Any] = []
    interface: Any = SecureCookieSessionInterface()
    original = interface.get_signing_serializer
    # Asked by each opening; no session is saved here.
    monkeypatch.setattr(
        interface, "get_signing_serializer", lambda app: opened.append(1) or original(app)
    )
    app.session_interface = interface
    app.test_client(use_cookies=False).get("/none", headers={"Cookie": cookie} if cookie else {})
    assert len(opened) == openings


class NotesCalls:
    """A mixin for interfaces."""

    def open_session(self, app: Flask, request: Any) -> Any:
        g.calls = ["open"]
        return super().open_session(app, request)  # type: ignore[misc]

    def save_session(self, app: Flask, session: Any, response: Any) -> None:
        response.headers["X-Calls"] = " ".join([*g.calls, "save"])


@pytest.mark.parametrize("base", [SecureCookieSessionInterface, ProjectSessionInterface])
def test_methods_of_a_mixin_see_each_request(
    app: Flask, client: FlaskClient, base: type[SecureCookieSessionInterface]
) -> None:
    app.before_request(lambda: g.calls.append("before"))
    app.session_interface = type("Interface", (NotesCalls, base), {})()
    assert client.get("/none").headers["X-Calls"] == "open before save"
    assert app.session_interface.may_block


@pytest.mark.parametrize("replaces_on_class", [False, True])
def test_replaced_method_of_an_interface_sees_each_request(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch, replaces_on_class: bool
) -> None:
    # One of its own: that of the class is shared.
    app.session_interface = interface = ProjectSessionInterface()
    saved: list[Any] = []
    target = type(interface) if replaces_on_class else interface
    monkeypatch.setattr(target, "save_session", lambda *args: saved.append(1))
    client.get("/none")
    assert saved == [1]


def test_interface_may_state_that_its_own_methods_do_not_wait(app: Flask) -> None:
    class Interface(NotesCalls, SecureCookieSessionInterface):
        may_block = False
        opens_on_demand = True

    assert (Interface.may_block, Interface.opens_on_demand) == (False, True)
    interface = Interface()
    assert (interface.may_block, interface.opens_on_demand) == (False, True)


def test_session_class_may_ask_to_be_saved_each_time(app: Flask, client: FlaskClient) -> None:
    class Modified(SecureCookieSession):
        modified = True

    class Interface(SecureCookieSessionInterface):
        session_class = Modified

    app.session_interface = Interface()
    assert "session=;" in client.get("/none").headers["Set-Cookie"]


def test_own_serializer_and_salt(app: Flask, client: FlaskClient) -> None:
    class Interface(SecureCookieSessionInterface):
        salt = "another"

    client.get("/set/1")
    app.session_interface = Interface()
    assert client.get("/get").data == b"None"
    client.get("/set/2")
    assert client.get("/get").data == b"2"


def test_cookie_of_one_name_is_not_valid_under_another(app: Flask, client: FlaskClient) -> None:
    client.get("/set/1")
    cookie = client.get_cookie("session")
    assert cookie is not None
    app.config["SESSION_COOKIE_NAME"] = "admin"
    client.set_cookie("admin", cookie.value)
    assert client.get("/get").data == b"None"


def test_session_notes_what_happened_to_it() -> None:
    stored = SecureCookieSession({"a": 1})
    assert not stored.modified
    assert stored.pop("missing", None) is None
    assert stored["a"] == 1
    stored["a"] = 2
    assert stored.modified
    assert not stored.permanent
    stored.permanent = True
    assert stored["_permanent"] is True


def test_page_of_a_failed_save_varies_with_the_cookie(app: Flask, client: FlaskClient) -> None:
    app.config["PROPAGATE_EXCEPTIONS"] = False

    @app.get("/")
    def index() -> str:
        session["value"] = object()
        return ""

    response = client.get("/")
    assert response.status_code == 500
    assert response.headers["Vary"] == "Cookie"
