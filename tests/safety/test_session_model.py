"""A session and a dict, given the same things to do, hold the same; alone and in a project."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.test import override_settings
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from markupsafe import Markup

from flaskish import Flask, session
from flaskish.bridge.session import ProjectSession
from tests.safety.servers import ask_mounted, ask_mounted_asgi, ask_wsgi

Act = Callable[[Any], Any]

KEYS = st.sampled_from(["a", "b", "", " t", " di", " d", " t__", "_x", "_flashes", "é", "\0"])
TIMES = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False)
    | st.text(max_size=9)
    | st.text(max_size=9).map(Markup)
    | st.binary(max_size=9)
    | st.uuids()
    | TIMES.map(lambda time: time.replace(microsecond=0))
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(KEYS, inner, max_size=3)
    ),
    max_leaves=8,
)


def typed(value: Any) -> Any:
    """Return a value with the types of all that is in it, which ``==`` does not compare."""
    if isinstance(value, dict):
        return {key: typed(member) for key, member in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value).__name__, [typed(item) for item in value]
    kind = "UUID" if isinstance(value, UUID) else type(value).__name__
    return kind, value


class SessionAsADict(RuleBasedStateMachine):
    """A client with one cookie jar, and the dict that its session is to be."""

    project: dict[str, Any] | None = None
    ask: Any = staticmethod(ask_wsgi)

    def __init__(self) -> None:
        super().__init__()
        self.model: dict[str, Any] = {}
        self.cookies: dict[str, str] = {}
        self.app = Flask("model", static_folder=None)
        self.app.config.update(
            SECRET_KEY="first",
            SECRET_KEY_FALLBACKS=[],
            MAX_COOKIE_SIZE=0,
            PROPAGATE_EXCEPTIONS=True,
        )
        self.app.add_url_rule("/", "act", self._act)
        self._to_do: Act = dict
        self._result: Any = None

    def _act(self) -> str:
        self._result = self._to_do(session)
        return "done"

    def act(self, act: Act) -> Any:
        """Do something with the session in a request of its own."""
        self._to_do, self._result = act, None
        settings_of_project = {} if self.project is None else {"settings": self.project}
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        with override_settings(SECRET_KEY="of the project"):
            answer = self.ask(self.app, HTTP_COOKIE=cookies or None, **settings_of_project)
        assert answer.body == b"done"
        assert answer.get("Vary") == "Cookie"
        for line in answer.getlist("Set-Cookie"):
            name, _, value = line.partition(";")[0].partition("=")
            if value.strip('"'):
                self.cookies[name] = value
            else:
                self.cookies.pop(name, None)
        return self._result

    def both(self, act: Act) -> None:
        """Do the same with the session and with the dict, and compare what comes of it."""
        assert typed(self.act(act)) == typed(act(self.model))

    @rule(key=KEYS, value=VALUES)
    def set_item(self, key: str, value: Any) -> None:
        self.both(lambda contents: contents.__setitem__(key, value))

    @rule(key=KEYS)
    def delete_item(self, key: str) -> None:
        def delete(contents: Any) -> str:
            try:
                del contents[key]
            except KeyError:
                return "no such key"
            return "deleted"

        self.both(delete)

    @rule(key=KEYS, value=VALUES)
    def pop_item(self, key: str, value: Any) -> None:
        self.both(lambda contents: contents.pop(key, value))

    @rule(key=KEYS, value=VALUES)
    def set_default(self, key: str, value: Any) -> None:
        self.both(lambda contents: contents.setdefault(key, value))

    @rule(members=st.dictionaries(KEYS, VALUES, max_size=3))
    def update(self, members: dict[str, Any]) -> None:
        self.both(lambda contents: contents.update(members))

    @rule()
    def clear(self) -> None:
        self.both(lambda contents: contents.clear())

    @rule(key=KEYS, value=VALUES)
    def set_and_clear_and_set(self, key: str, value: Any) -> None:
        def act(contents: Any) -> None:
            contents["a"] = value
            contents.clear()
            contents[key] = value

        self.both(act)

    @precondition(lambda self: any(isinstance(item, list) for item in self.model.values()))
    @rule(value=VALUES, says_so=st.booleans(), data=st.data())
    def append_inside(self, value: Any, says_so: bool, data: st.DataObject) -> None:
        """What changes inside a list counts if somebody says so, or all is sent anyway."""
        lists = sorted(key for key, item in self.model.items() if isinstance(item, list))
        key = data.draw(st.sampled_from(lists))

        def append(contents: Any) -> None:
            contents[key].append(value)
            contents.modified = says_so

        self.act(append)
        is_permanent = self.model.get("_permanent") or self.model.get("_session_expiry")
        if says_so or is_permanent:
            self.model[key] = [*self.model[key], value]

    @rule()
    def read(self) -> None:
        self.both(lambda contents: (len(contents), "a" in contents, contents.get(" t")))

    @rule(is_permanent=st.booleans())
    def last(self, is_permanent: bool) -> None:
        def make_last(contents: Any) -> None:
            contents.permanent = is_permanent

        self.act(make_last)
        if self.project is None:
            self.model["_permanent"] = is_permanent
        else:
            lifetime = int(self.app.permanent_session_lifetime.total_seconds())
            self.model["_session_expiry"] = lifetime if is_permanent else 0

    @rule(number=st.integers(1, 5), keeps=st.booleans())
    def rotate_keys(self, number: int, keeps: bool) -> None:
        """A key that is taken away takes with it what was signed with it."""
        config = self.app.config
        new = f"key {number}"
        if new == config["SECRET_KEY"]:
            return
        old = [config["SECRET_KEY"], *config["SECRET_KEY_FALLBACKS"]]
        config["SECRET_KEY"] = new
        config["SECRET_KEY_FALLBACKS"] = [key for key in old if key != new] if keeps else []
        if self.project is None and not keeps:
            self.model.clear()
            # A browser would still send it.
            self.act(dict)

    @invariant()
    def holds_the_same(self) -> None:
        """And reading changes nothing."""
        for _ in range(2):
            assert typed(self.act(lambda contents: dict(contents))) == typed(self.model)


class SessionAlone(SessionAsADict):
    pass


class SessionInAProject(SessionAsADict):
    project = {
        "MIDDLEWARE": ["django.contrib.sessions.middleware.SessionMiddleware"],
        "SESSION_ENGINE": "django.contrib.sessions.backends.signed_cookies",
    }
    ask = staticmethod(ask_mounted)

    @rule(key=KEYS, value=st.integers() | st.text(max_size=5) | st.lists(st.integers(), max_size=2))
    def set_by_django(self, key: str, value: Any) -> None:
        def set_item(contents: ProjectSession) -> None:
            contents.django[key] = value

        self.act(set_item)
        self.model[key] = value

    @rule(key=KEYS)
    def pop_by_django(self, key: str) -> None:
        self.act(lambda contents: contents.django.pop(key, None) and None)
        self.model.pop(key, None)

    @rule()
    def cycle_by_django(self) -> None:
        self.act(lambda contents: contents.django.cycle_key())


class SessionInAProjectOnALoop(SessionInAProject):
    ask = staticmethod(ask_mounted_asgi)


class SessionInACache(SessionInAProject):
    project = {
        **SessionInAProject.project,
        "SESSION_ENGINE": "django.contrib.sessions.backends.cache",
    }


_SETTINGS = settings(
    max_examples=12,
    stateful_step_count=12,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
TestAlone = SessionAlone.TestCase
TestInAProject = SessionInAProject.TestCase
TestInAProjectOnALoop = SessionInAProjectOnALoop.TestCase
TestInACache = SessionInACache.TestCase
TestAlone.settings = TestInAProject.settings = _SETTINGS
TestInAProjectOnALoop.settings = TestInACache.settings = _SETTINGS
