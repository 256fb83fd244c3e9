"""A cookie as the test client keeps it, and the rule which requests it is sent with.

Werkzeug: ``test.Cookie``. Django: ``http.cookies.Morsel`` in ``Client.cookies``.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from datetime import datetime

from .http import parse_cookie, parse_date


@dataclass
class Cookie:
    """A cookie of the test client, to look at what :meth:`.Client.get_cookie` found."""

    #: The name as it is sent.
    key: str
    #: The value as it is sent.
    value: str
    #: The name as the application knows it.
    decoded_key: str
    #: The value as the application knows it.
    decoded_value: str
    #: When the cookie ends.
    expires: datetime | None
    #: How many seconds the cookie lasts.
    max_age: int | None
    #: The domain the cookie was set for, or the host that set it.
    domain: str
    #: Whether only that very host gets the cookie: true if no domain was given.
    origin_only: bool
    #: The path the cookie was set for.
    path: str
    #: Whether the cookie is for HTTPS only. The test client does not mind.
    secure: bool | None
    #: Whether scripts cannot see the cookie.
    http_only: bool | None
    #: The ``SameSite`` parameter.
    same_site: str | None

    @classmethod
    def _from_response_header(cls, server_name: str, path: str, header: str) -> t.Self:
        """Read a ``Set-Cookie`` header.

        :param server_name: The host that sent it.
        :param path: The path that was requested.
        :param header: The header's value.
        """
        pair, _, parameters = header.partition(";")
        key, _, value = pair.partition("=")
        decoded_key, decoded_value = next(iter(parse_cookie(pair).items()), ("", ""))
        given: dict[str, str | None] = {}
        for parameter in parameters.split(";"):
            name, has_value, content = parameter.partition("=")
            given[name.strip(" \t").lower()] = content.strip(" \t") if has_value else None
        return cls(
            key=key.strip(" \t"),
            value=value.strip(" \t"),
            decoded_key=decoded_key,
            decoded_value=decoded_value,
            expires=parse_date(given.get("expires")),
            max_age=int(given["max-age"] or 0) if "max-age" in given else None,
            domain=given.get("domain") or server_name,
            origin_only="domain" not in given,
            path=given.get("path") or path.rpartition("/")[0] or "/",
            secure="secure" in given,
            http_only="httponly" in given,
            same_site=given.get("samesite"),
        )

    def _matches_request(self, server_name: str, path: str) -> bool:
        is_for_host = server_name == self.domain or (
            not self.origin_only and server_name.endswith(f".{self.domain}")
        )
        folder = self.path if self.path.endswith("/") else f"{self.path}/"
        return is_for_host and (path == self.path or path.startswith(folder))

    def _to_request_header(self) -> str:
        return f"{self.key}={self.value}"

    @property
    def _storage_key(self) -> tuple[str, str, str]:
        return self.domain, self.path, self.decoded_key

    @property
    def _should_delete(self) -> bool:
        is_at_epoch = self.expires is not None and self.expires.timestamp() == 0
        return self.max_age == 0 or is_at_epoch
