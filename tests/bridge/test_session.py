"""The session of a project, used by Flask views and by Django's."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from secrets import token_hex
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth import login
from django.contrib.auth.models import User
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.backends.signed_cookies import SessionStore as SignedCookieStore
from django.contrib.sessions.models import Session
from django.http import HttpRequest, HttpResponse
from django.urls import path
from markupsafe import Markup
from pytest_django import DjangoAssertNumQueries

from flaskish import Flask, request, session
from flaskish.bridge.session import _LONGEST_SIGNATURE, TYPES_KEY, ProjectSession
from flaskish.sessions import SecureCookieSession, SecureCookieSessionInterface

from .conftest import MakeProject

pytestmark = pytest.mark.django_db

TYPED_VALUES = [
    pytest.param((1, ("a", 2)), [1, ["a", 2]], id="tuple"),
    pytest.param(
        datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), "2026-01-02T03:04:05+00:00", id="datetime"
    ),
    pytest.param(UUID(int=7), "00000000-0000-0000-0000-000000000007", id="uuid"),
    pytest.param(b"\xff\x00", "/wA=", id="bytes"),
    pytest.param(Markup("<b>"), "<b>", id="markup"),
    pytest.param({"deep": [{"pair": (1, 2)}]}, {"deep": [{"pair": [1, 2]}]}, id="nested"),
    pytest.param({" t": (1,)}, {" t": [1]}, id="looks like a tag"),
]


class Both:
    """A project with one Flask view and one native one, each of which does what a test says."""

    def __init__(self, make_project: MakeProject, **settings: Any) -> None:
        self.flask_step: Callable[[], Any] = lambda: None
        self.django_step: Callable[[SessionBase], Any] = lambda store: None
        self.seen: Any = None
        self.app = Flask("shop")
        self.app.add_url_rule("/", "index", self._flask_view)
        self.client = make_project(
            path("shop/", self.app.urls), path("native/", self._native_view), **settings
        )

    def _flask_view(self) -> str:
        self.seen = self.flask_step()
        return "flask"

    def _native_view(self, http_request: HttpRequest) -> HttpResponse:
        self.seen = self.django_step(http_request.session)
        return HttpResponse("native")

    def in_flask(self, step: Callable[[], Any]) -> Any:
        self.flask_step = step
        assert self.client.get("/shop/").status_code == 200
        return self.seen

    def in_django(self, step: Callable[[SessionBase], Any]) -> Any:
        self.django_step = step
        assert self.client.get("/native/").status_code == 200
        return self.seen


@pytest.fixture
def both(make_project: MakeProject) -> Both:
    return Both(make_project)


def write(**values: Any) -> Callable[[], None]:
    return lambda: session.update(values)


@pytest.mark.parametrize("engine", ["db", "cache", "cached_db", "file", "signed_cookies"])
def test_both_sides_read_what_either_wrote(
    make_project: MakeProject, tmp_path: Path, engine: str
) -> None:
    both = Both(
        make_project,
        SESSION_ENGINE=f"django.contrib.sessions.backends.{engine}",
        SESSION_FILE_PATH=str(tmp_path),
    )
    both.in_flask(write(cart=["apple"], pair=(1, 2)))
    assert both.in_django(lambda store: store["cart"]) == ["apple"]
    both.in_django(lambda store: store.update({"cart": ["pear"]}))
    assert both.in_flask(lambda: (session["cart"], session["pair"])) == (["pear"], (1, 2))


@pytest.mark.parametrize(("value", "native"), TYPED_VALUES)
def test_typed_value_comes_back_and_native_readers_see_what_json_has(
    both: Both, value: Any, native: Any
) -> None:
    both.in_flask(write(value=value))
    read = both.in_flask(lambda: session["value"])
    assert read == value
    assert type(read) is type(value)
    assert both.in_django(lambda store: store["value"]) == native


def test_native_reader_of_the_same_request_sees_what_the_next_one_will(both: Both) -> None:
    def step() -> Any:
        session["pair"] = (1, 2)
        return session["pair"], request.session["pair"]

    assert both.in_flask(step) == ((1, 2), [1, 2])


def test_key_that_django_code_wrote_reads_back_as_it_was_written(both: Both) -> None:
    both.in_flask(write(when=datetime(2026, 1, 2, tzinfo=UTC)))
    both.in_django(lambda store: store.update({"when": "2027-01-02T00:00:00+00:00"}))
    assert both.in_flask(lambda: session["when"]) == "2027-01-02T00:00:00+00:00"


def test_object_of_django_code_that_looks_like_a_tag_is_none(both: Both) -> None:
    both.in_django(lambda store: store.update({"value": {" t": [1, 2]}}))
    assert both.in_flask(lambda: session["value"]) == {" t": [1, 2]}


def test_types_are_forgotten_with_their_keys(both: Both) -> None:
    both.in_flask(write(a=(1,), b=(2,), c=(3,)))
    both.in_django(lambda store: store.pop("a"))

    def step() -> None:
        del session["b"]
        session["c"] = "plain"

    both.in_flask(step)
    assert both.in_django(lambda store: list(store.keys())) == ["c"]


def test_flask_does_not_see_where_types_are_kept(both: Both) -> None:
    both.in_flask(write(pair=(1, 2)))
    assert both.in_flask(lambda: (dict(session), len(session), TYPES_KEY in session)) == (
        {"pair": (1, 2)},
        1,
        False,
    )


def test_types_cannot_be_told_by_what_a_client_sends(both: Both) -> None:
    def step() -> str:
        with pytest.raises(KeyError, match="cannot be set"):
            session.update({TYPES_KEY: {"name": '{" m":"<script>"}'}})
        assert session.get(TYPES_KEY) is None
        assert session.pop(TYPES_KEY, None) is None
        session["name"] = "<script>"
        return type(session["name"]).__name__

    assert both.in_flask(step) == "str"


def test_value_that_no_serializer_takes_is_refused_where_it_is_set(both: Both) -> None:
    def step() -> None:
        with pytest.raises(TypeError, match=r"session\['tags'\] holds a set that cannot be stored"):
            session["tags"] = {1, 2}

    both.in_flask(step)


class KeepingSerializer:
    """Keeps all types, as one with pickle does."""

    kept: dict[bytes, Any] = {}

    def dumps(self, value: Any) -> bytes:
        key = str(len(self.kept)).encode()
        self.kept[key] = value
        return key

    def loads(self, data: bytes) -> Any:
        return self.kept[data]


def test_serializer_that_keeps_types_is_left_to_it(make_project: MakeProject) -> None:
    both = Both(make_project, SESSION_SERIALIZER=f"{__name__}.KeepingSerializer")
    both.in_flask(write(pair=(1, 2), tags={"a"}))
    assert both.in_django(lambda store: dict(store.items())) == {"pair": (1, 2), "tags": {"a"}}


def test_change_inside_a_list_is_kept_once_modified_is_set(both: Both) -> None:
    both.in_flask(write(cart=["apple"]))
    both.in_flask(lambda: session["cart"].append("lost"))
    assert both.in_flask(lambda: session["cart"]) == ["apple"]

    def step() -> None:
        session["cart"].append(("pear", 2))
        session.modified = True

    both.in_flask(step)
    assert both.in_flask(lambda: session["cart"]) == ["apple", ("pear", 2)]
    assert both.in_django(lambda store: store["cart"]) == ["apple", ["pear", 2]]


def test_change_inside_a_typed_value_is_kept_once_modified_is_set(both: Both) -> None:
    both.in_flask(write(basket={"pair": (1, 2), "names": []}))

    def step() -> None:
        session["basket"]["names"].append("Ada")
        session.modified = True

    both.in_flask(step)
    assert both.in_flask(lambda: session["basket"]) == {"pair": (1, 2), "names": ["Ada"]}


def test_typed_value_is_stored_before_a_login_saves_the_session(
    both: Both, django_user_model: type[User]
) -> None:
    ada = django_user_model.objects.create_user("ada")

    def step() -> None:
        session["when"] = datetime(2026, 1, 2, tzinfo=UTC)
        login(request.django, ada)

    both.in_flask(step)
    assert both.in_flask(lambda: (request.user.username, session["when"].year)) == ("ada", 2026)


def test_permanent_session_lives_as_long_as_the_application_says(both: Both) -> None:
    both.app.config["PERMANENT_SESSION_LIFETIME"] = timedelta(hours=1)

    def step() -> tuple[bool, bool]:
        before = session.permanent
        session.permanent = True
        return before, session.permanent

    assert both.in_flask(step) == (False, True)
    assert int(both.client.cookies["sessionid"]["max-age"]) == 3600
    assert both.in_django(lambda store: store.get_expiry_age()) == 3600


def test_session_that_is_not_permanent_ends_with_the_browsers(both: Both) -> None:
    def step() -> None:
        session.permanent = False

    both.in_flask(step)
    assert both.client.cookies["sessionid"]["max-age"] == ""


@pytest.mark.parametrize(("refresh", "is_sent"), [(True, True), (False, False)])
def test_permanent_session_is_prolonged_when_it_is_used(
    both: Both, refresh: bool, is_sent: bool
) -> None:
    both.app.config["SESSION_REFRESH_EACH_REQUEST"] = refresh
    both.in_flask(lambda: setattr(session, "permanent", True))
    both.flask_step = lambda: session.get("a")
    assert ("sessionid" in both.client.get("/shop/").cookies) is is_sent


def test_new_tells_whether_the_session_existed_before(both: Both) -> None:
    assert both.in_flask(lambda: (session.new, session.modified)) == (True, False)
    both.in_flask(write(a=1))
    assert both.in_flask(lambda: (session.new, session.modified)) == (False, False)


def test_request_that_does_not_touch_the_session_costs_no_query(
    both: Both, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    both.in_flask(write(a=1))
    both.flask_step = lambda: None
    with django_assert_num_queries(0):
        response = both.client.get("/shop/")
    assert "Vary" not in response


def test_reading_the_session_varies_by_cookie(both: Both) -> None:
    both.flask_step = lambda: session.get("a")
    assert both.client.get("/shop/")["Vary"] == "Cookie"


def test_clear_logs_out_and_ends_the_old_key(both: Both, django_user_model: type[User]) -> None:
    both.client.force_login(django_user_model.objects.create_user("ada"))
    both.in_flask(lambda: session.clear())
    assert both.client.cookies["sessionid"].value == ""
    assert not Session.objects.exists()
    assert both.in_flask(lambda: request.user.is_authenticated) is False


def test_clear_and_write_moves_to_another_key(both: Both) -> None:
    both.in_flask(write(a=1))
    old_key = both.client.cookies["sessionid"].value

    def step() -> None:
        session.clear()
        session["pair"] = (1, 2)

    both.in_flask(step)
    assert both.client.cookies["sessionid"].value not in ("", old_key)
    assert both.in_flask(lambda: dict(session)) == {"pair": (1, 2)}
    assert not Session.objects.filter(session_key=old_key).exists()


def test_session_offers_the_operators_of_a_dict(both: Both) -> None:
    def step() -> Any:
        global session
        session |= {"a": 1}
        return session | {"b": 2}, session == {"a": 1}, session.setdefault("c", (3,)), dict(session)

    assert both.in_flask(step) == ({"a": 1, "b": 2}, True, (3,), {"a": 1, "c": (3,)})


def test_session_tells_when_using_it_may_block(both: Both) -> None:
    both.in_flask(write(a=1))

    def step() -> list[bool]:
        current = session._get_current_object()  # type: ignore[attr-defined]
        states = [current.may_block]
        current.load()
        states.append(current.may_block)
        session.clear()
        return [*states, current.may_block]

    assert both.in_flask(step) == [True, False, True]
    assert not both.app.session_interface.may_block


def test_session_without_a_key_does_not_block(both: Both) -> None:
    assert both.in_flask(lambda: session.may_block) is False


def test_application_without_the_middleware_keeps_a_cookie_of_its_own(
    make_project: MakeProject,
) -> None:
    both = Both(make_project, MIDDLEWARE=[])
    both.in_flask(write(pair=(1, 2)))
    assert set(both.client.cookies) == {"session"}
    assert both.in_flask(lambda: session["pair"]) == (1, 2)


def test_own_session_interface_stays_in_charge(both: Both) -> None:
    both.app.session_interface = SecureCookieSessionInterface()
    both.in_flask(write(a=1))
    assert set(both.client.cookies) == {"session"}
    assert both.in_flask(lambda: type(session._get_current_object())) is SecureCookieSession  # type: ignore[attr-defined]


def test_standing_alone_with_the_middleware_the_session_is_djangos(
    app: Flask, settings: Any
) -> None:
    settings.MIDDLEWARE = ["django.contrib.sessions.middleware.SessionMiddleware"]
    client = app.test_client()

    @app.route("/")
    def index() -> list[Any]:
        session["count"] = session.get("count", 0) + 1
        return [session["count"], isinstance(session, ProjectSession)]

    assert client.get("/").json == [1, True]
    assert client.get("/").json == [2, True]
    assert client.get_cookie("sessionid") is not None


def test_session_transaction_changes_the_projects_session(both: Both) -> None:
    client = both.app.test_client()
    client.share_cookies(both.client)
    both.in_flask(write(pair=(1, 2)))
    with client.session_transaction() as in_test:
        assert in_test["pair"] == (1, 2)
        in_test["when"] = datetime(2026, 1, 2, tzinfo=UTC)
    assert both.in_django(lambda store: store["when"]) == "2026-01-02T00:00:00+00:00"
    assert both.in_flask(lambda: session["pair"]) == (1, 2)


def test_session_transaction_starts_a_session(both: Both) -> None:
    client = both.app.test_client()
    with client.session_transaction() as in_test:
        in_test["a"] = 1
    cookie = client.get_cookie("sessionid")
    assert cookie is not None
    assert Session.objects.get(session_key=cookie.value).get_decoded() == {"a": 1}


def test_error_handlers_answer_saves_the_session(both: Both) -> None:
    @both.app.errorhandler(LookupError)
    def handle(error: LookupError) -> str:
        return "handled"

    def step() -> None:
        session["pair"] = (1, 2)
        raise LookupError

    both.in_flask(step)
    assert both.in_flask(lambda: session["pair"]) == (1, 2)


def test_session_of_django_is_within_reach(both: Both) -> None:
    assert both.in_flask(lambda: session.django is request.session)


def test_store_holds_nothing_but_json(both: Both) -> None:
    both.in_flask(write(pair=(1, 2), when=datetime(2026, 1, 2, tzinfo=UTC)))
    assert json.dumps(Session.objects.get().get_decoded())


@pytest.mark.parametrize("length", [*range(40), 4000])
def test_signature_of_a_session_cookie_is_no_longer_than_assumed(length: int) -> None:
    store = SignedCookieStore()
    store["a"] = token_hex(length)
    contents = store.serializer().dumps({"a": store["a"]})
    added = len(store._get_session_key()) - len(contents) * 4 // 3
    assert added <= _LONGEST_SIGNATURE
