"""Contexts: what pushing and popping them does, in order and out of it.

Flask: The Application Context, The Request Context.
"""

from __future__ import annotations

import pytest

from flaskish import Flask, appcontext_pushed, g, has_app_context, has_request_context, session
from flaskish.ctx import AppContext, RequestContext, _AppCtxGlobals
from flaskish.globals import _cv_app, _cv_request
from flaskish.sessions import SecureCookieSession


def contexts(app: Flask) -> list[AppContext | RequestContext]:
    return [app.app_context(), app.test_request_context()]


@pytest.mark.parametrize("which", [0, 1])
def test_context_that_was_not_pushed_cannot_be_popped(app: Flask, which: int) -> None:
    context = contexts(app)[which]
    with pytest.raises(LookupError, match="push it before"):
        context.pop()


@pytest.mark.parametrize("which", [0, 1])
def test_context_cannot_be_popped_once_more_than_pushed(app: Flask, which: int) -> None:
    context = contexts(app)[which]
    with context:
        pass
    with pytest.raises(LookupError, match="cannot be popped"):
        context.pop()


def test_contexts_are_popped_in_reverse_order(app: Flask) -> None:
    first, second = app.app_context(), app.app_context()
    first.push()
    second.push()
    with pytest.raises(AssertionError, match="Popped wrong app context"):
        first.pop()
    _cv_app.set(second)
    second.pop()
    _cv_app.set(None)


def test_last_pop_tears_down(app: Flask) -> None:
    calls: list[str] = []
    app.teardown_request(lambda error: calls.append("request"))
    app.teardown_appcontext(lambda error: calls.append("app"))
    context = app.test_request_context()
    with context, context:
        pass
    assert (calls, _cv_request.get(), _cv_app.get()) == (["request", "app"], None, None)


def test_namespace_is_of_the_class_that_the_application_names(app: Flask) -> None:
    class Namespace(_AppCtxGlobals):
        answer = 42

    app.app_ctx_globals_class = Namespace
    with app.app_context():
        assert g.answer == 42


def test_receivers_of_appcontext_pushed_do_not_see_the_request_yet(app: Flask) -> None:
    seen: list[bool] = []

    def note(sender: Flask) -> None:
        seen.append(has_request_context())

    with appcontext_pushed.connected_to(note, app), app.test_request_context():
        assert has_request_context()
    assert seen == [False]


def test_receiver_of_appcontext_pushed_that_fails_leaves_no_context(app: Flask) -> None:
    def fail(sender: Flask) -> None:
        raise ZeroDivisionError

    app.add_url_rule("/", "index", lambda: "view")
    with appcontext_pushed.connected_to(fail, app), pytest.raises(ZeroDivisionError):
        app.test_client().get("/")
    assert not has_request_context()
    assert not has_app_context()


def test_session_can_be_looked_at_without_having_been_used(app: Flask) -> None:
    """By the name of Flask's own tests."""
    with app.test_request_context() as context:
        assert not context._session.accessed
        assert context.session.accessed
        assert context._session is context.session


def test_session_can_be_replaced_by_its_private_name(app: Flask) -> None:
    """As Flask-SocketIO does."""
    with app.test_request_context() as context:
        context._session = own = SecureCookieSession()
        assert session._get_current_object() is own  # type: ignore[attr-defined]
