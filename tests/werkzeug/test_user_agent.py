"""The ``User-Agent`` header."""

from __future__ import annotations

from flaskish.werkzeug.test import create_environ
from flaskish.werkzeug.user_agent import UserAgent
from flaskish.werkzeug.wrappers import Request


def test_text_is_kept_and_nothing_is_parsed() -> None:
    agent = UserAgent("Mozilla/5.0 Firefox/120.0")
    assert agent.string == str(agent) == agent.to_header() == "Mozilla/5.0 Firefox/120.0"
    assert agent.browser is agent.platform is agent.version is agent.language is None
    assert not agent


def test_subclass_of_a_user_parses() -> None:
    class Parsed(UserAgent):
        @property
        def browser(self) -> str:  # type: ignore[override]
            return self.string.partition("/")[0]

    class ParsingRequest(Request):
        user_agent_class = Parsed

    request = ParsingRequest(create_environ(headers={"User-Agent": "curl/8"}))
    assert request.user_agent.browser == "curl"
    assert request.user_agent


def test_missing_header_is_an_empty_text() -> None:
    assert Request(create_environ()).user_agent.string == ""
