"""The context variables, and the proxies that views import.

Flask: Context Locals. Django: none; a Django view is handed its request as an argument.
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING, cast

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


def _current_app_context() -> AppContext:
    context = _cv_app.get()
    if context is None:
        raise RuntimeError(_no_app_msg)
    return context


def _current_app() -> Flask:
    context = _cv_app.get()
    if context is None:
        raise RuntimeError(_no_app_msg)
    return context.app


def _current_g() -> _AppCtxGlobals:
    context = _cv_app.get()
    if context is None:
        raise RuntimeError(_no_app_msg)
    return context.g


def _current_request_context() -> RequestContext:
    context = _cv_request.get()
    if context is None:
        raise RuntimeError(_no_req_msg)
    return context


def _current_request() -> Request:
    context = _cv_request.get()
    if context is None:
        raise RuntimeError(_no_req_msg)
    return context.request


def _current_session() -> SessionMixin:
    context = _cv_request.get()
    if context is None:
        raise RuntimeError(_no_req_msg)
    return context.session


app_ctx = cast("AppContext", LocalProxy(_current_app_context))
current_app = cast("Flask", LocalProxy(_current_app))
g = cast("_AppCtxGlobals", LocalProxy(_current_g))
request_ctx = cast("RequestContext", LocalProxy(_current_request_context))
request = cast("Request", LocalProxy(_current_request))
session = cast("SessionMixin", LocalProxy(_current_session))
