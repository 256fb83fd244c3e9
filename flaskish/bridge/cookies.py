"""Cookies for the whole of a project, read as applications read them.

Flask: ``request.cookies``. Django: ``HttpRequest.COOKIES``.
"""

from __future__ import annotations

from .guard import GuardMiddleware

#: The name under which it was known before it guarded more than cookies.
CookieMiddleware = GuardMiddleware
