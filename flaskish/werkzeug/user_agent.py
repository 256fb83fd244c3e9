"""The ``User-Agent`` header.

Werkzeug: ``werkzeug.user_agent``. Django: ``request.headers["User-Agent"]``.
"""

from __future__ import annotations


class UserAgent:
    """A client's name for itself; subclasses may parse it.

    :param string: The header.
    """

    platform: str | None = None
    browser: str | None = None
    version: str | None = None
    language: str | None = None

    def __init__(self, string: str) -> None:
        self.string = string

    def to_header(self) -> str:
        """Return the header."""
        return self.string

    def __str__(self) -> str:
        return self.string

    def __bool__(self) -> bool:
        return bool(self.browser)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.browser}/{self.version}>"
