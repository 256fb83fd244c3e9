"""The context variables, and the proxies that views import.

Flask: Context Locals. Django: none; a Django view is handed its request as an argument.
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING, NoReturn, cast

from .werkzeug.local import LocalProxy

if TYPE_CHECKING:
    from .app import Flask
    from .ctx import AppContext, RequestContext, _AppCtxGlobals
    from .sessions import SessionMixin
    from .wrappers import Request

_no_app_msg = """\
Working outside of application context.

The code that ran just now needs to know the current application, and none is
active. Activate one with 'with app.app_context():', or run the code from a
view or from a command of the application. The documentation has a chapter on
the application context.\
"""

_no_req_msg = """\
Working outside of request context.

The code that ran just now needs an active HTTP request, and there is none.
Call it from a view function, or in a test from within
'with app.test_request_context():'. The documentation has a chapter on
testing.\
"""

# A popped context leaves the one before it, or None: tokens would tie a pop to the thread or task
# of its push, and a streamed answer may end in another one.
_cv_app: ContextVar[AppContext | None] = ContextVar("flaskish.app_ctx", default=None)
_cv_request: ContextVar[RequestContext | None] = ContextVar("flaskish.request_ctx", default=None)

# For those modules that each request passes: Python looks up a method of an imported name anew for
# each call, which costs as much as the call.
get_app_context, set_app_context = _cv_app.get, _cv_app.set
get_request_context, set_request_context = _cv_request.get, _cv_request.set


def refuse_outside_app() -> NoReturn:
    """Say that no application is active.

    :raises RuntimeError: Always.
    """
    raise RuntimeError(_no_app_msg)


def refuse_outside_request() -> NoReturn:
    """Say that no request is active.

    :raises RuntimeError: Always.
    """
    raise RuntimeError(_no_req_msg)


def _current_app_context() -> AppContext:
    return _cv_app.get() or refuse_outside_app()


def _current_app() -> Flask:
    return (_cv_app.get() or refuse_outside_app()).app


def _current_g() -> _AppCtxGlobals:
    return (_cv_app.get() or refuse_outside_app()).g


def _current_request_context() -> RequestContext:
    return _cv_request.get() or refuse_outside_request()


def _current_request() -> Request:
    return (_cv_request.get() or refuse_outside_request()).request


def _current_session() -> SessionMixin:
    return (_cv_request.get() or refuse_outside_request()).session


app_ctx = cast("AppContext", LocalProxy(_current_app_context))
current_app = cast("Flask", LocalProxy(_current_app))
g = cast("_AppCtxGlobals", LocalProxy(_current_g))
request_ctx = cast("RequestContext", LocalProxy(_current_request_context))
request = cast("Request", LocalProxy(_current_request))
session = cast("SessionMixin", LocalProxy(_current_session))
