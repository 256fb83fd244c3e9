"""Credentials, and the demand for them.

Werkzeug: ``Authorization``, ``WWWAuthenticate``. Django: none; its login is a form.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from typing import Any, Self

from .._header_values import dump_header, parse_dict_header, quote_header_value
from .structures import CallbackDict

#: Parameters of the digest scheme that are quoted whatever they are.
_ALWAYS_QUOTED = frozenset(("realm", "domain", "nonce", "opaque", "qop"))


def _parse(value: str) -> tuple[str, dict[str, str | None] | None, str | None]:
    """Return the scheme, and its parameters or its token."""
    scheme, _, rest = value.partition(" ")
    rest = rest.strip(" \t")
    if "=" in rest.rstrip("="):
        return scheme.lower(), parse_dict_header(rest), None
    return scheme.lower(), None, rest


class Authorization:
    """The ``Authorization`` header. Parameters are attributes and items; missing ones are ``None``.

    :param auth_type: The scheme, in lower case.
    :param data: The parameters; for ``basic``, ``username`` and ``password``.
    :param token: The token, of schemes that have one in place of parameters.
    """

    def __init__(
        self,
        auth_type: str,
        data: dict[str, str | None] | None = None,
        token: str | None = None,
    ) -> None:
        self.type = auth_type
        self.parameters: dict[str, str | None] = {} if data is None else data
        self.token = token

    def __getattr__(self, name: str) -> str | None:
        if name == "parameters":
            # Not set yet: while a copy is made.
            raise AttributeError(name)
        return self.parameters.get(name)

    def __getitem__(self, name: str) -> str | None:
        return self.parameters.get(name)

    def get(self, key: str, default: str | None = None) -> str | None:
        """Return a parameter."""
        return self.parameters.get(key, default)

    def __contains__(self, key: str) -> bool:
        return key in self.parameters

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Authorization):
            return NotImplemented
        return (self.type, self.token, self.parameters) == (
            other.type,
            other.token,
            other.parameters,
        )

    __hash__ = None  # type: ignore[assignment]

    @classmethod
    def from_header(cls, value: str | None) -> Self | None:
        """Read the header.

        :param value: The text.
        :return: The credentials; ``None`` without a text, or if basic ones make no sense.
        """
        if not value:
            return None
        scheme, _, rest = value.partition(" ")
        if scheme.lower() != "basic":
            return cls(*_parse(value))
        try:
            text = base64.b64decode(rest.strip(" \t"), validate=True).decode()
        except (binascii.Error, ValueError):
            return None
        username, _, password = text.partition(":")
        return cls("basic", {"username": username, "password": password})

    def to_header(self) -> str:
        """Return the header."""
        if self.type == "basic":
            pair = f"{self.username}:{self.password}".encode()
            return f"Basic {base64.b64encode(pair).decode('ascii')}"
        if self.token is not None:
            return f"{self.type.title()} {self.token}"
        return f"{self.type.title()} {dump_header(self.parameters)}"

    def __str__(self) -> str:
        return self.to_header()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.to_header()}>"


class WWWAuthenticate:
    """The ``WWW-Authenticate`` header. Parameters are attributes and items; ``None`` removes one.

    :param auth_type: The scheme.
    :param values: The parameters.
    :param token: The token, of schemes that have one in place of parameters.
    """

    _on_update: Callable[[WWWAuthenticate], None] | None = None
    _OWN = frozenset(("_type", "_parameters", "_token", "_on_update"))
    _PROPERTIES = frozenset(("type", "parameters", "token"))

    def __init__(
        self,
        auth_type: str,
        values: dict[str, str | None] | None = None,
        token: str | None = None,
    ) -> None:
        self._type = auth_type.lower()
        self._parameters: dict[str, str | None] = self._watched(values)
        self._token = token

    def _watched(self, values: dict[str, str | None] | None) -> dict[str, str | None]:
        return CallbackDict(values, lambda _: self._updated())

    def _updated(self) -> None:
        if self._on_update is not None:
            self._on_update(self)

    @property
    def type(self) -> str:
        """The scheme, in lower case."""
        return self._type

    @type.setter
    def type(self, value: str) -> None:
        self._type = value
        self._updated()

    @property
    def parameters(self) -> dict[str, str | None]:
        """The parameters."""
        return self._parameters

    @parameters.setter
    def parameters(self, value: dict[str, str | None]) -> None:
        self._parameters = self._watched(value)
        self._updated()

    @property
    def token(self) -> str | None:
        """The token."""
        return self._token

    @token.setter
    def token(self, value: str | None) -> None:
        self._token = value
        self._updated()

    def __getitem__(self, key: str) -> str | None:
        return self.parameters.get(key)

    def __setitem__(self, key: str, value: str | None) -> None:
        if value is None:
            self.parameters.pop(key, None)
        else:
            self.parameters[key] = value

    def __delitem__(self, key: str) -> None:
        self.parameters.pop(key, None)

    def __getattr__(self, name: str) -> str | None:
        if name in self._OWN or name[:2] == "__":
            raise AttributeError(name)
        return self[name]

    def __setattr__(self, name: str, value: Any) -> None:
        if name in self._OWN or name in self._PROPERTIES:
            super().__setattr__(name, value)
        else:
            self[name] = value

    def __delattr__(self, name: str) -> None:
        del self[name]

    def __contains__(self, key: str) -> bool:
        return key in self.parameters

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, WWWAuthenticate):
            return NotImplemented
        return (self.type, self.token, self.parameters) == (
            other.type,
            other.token,
            other.parameters,
        )

    __hash__ = None  # type: ignore[assignment]

    def get(self, key: str, default: str | None = None) -> str | None:
        """Return a parameter."""
        return self.parameters.get(key, default)

    @classmethod
    def from_header(cls, value: str | None) -> Self | None:
        """Read the header.

        :param value: The text.
        :return: The demand; ``None`` without a text.
        """
        return cls(*_parse(value)) if value else None

    def to_header(self) -> str:
        """Return the header."""
        if self.token is not None:
            return f"{self.type.title()} {self.token}"
        if not self.parameters:
            return self.type.title()
        if self.type != "digest":
            return f"{self.type.title()} {dump_header(self.parameters)}"
        items = (
            f"{key}={quote_header_value(value, allow_token=key not in _ALWAYS_QUOTED)}"
            for key, value in self.parameters.items()
        )
        return f"Digest {', '.join(items)}"

    def __str__(self) -> str:
        return self.to_header()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.to_header()}>"
