"""The cookies of a response as Django wants them, without losing a byte of their headers.

Werkzeug: the ``Set-Cookie`` headers of a response. Django: ``HttpResponse.cookies``.
"""

from __future__ import annotations

import typing as t
from http.cookies import Morsel, SimpleCookie

from ..sansio.http import parse_cookie

# Python learned the name of this attribute in 3.14.
_UNKNOWN_TO_PYTHON = "partitioned"


class _Latin1Header(str):
    """A header that is Latin-1, whatever those who encode it take it for."""

    def encode(self, encoding: str = "latin-1", errors: str = "strict") -> bytes:
        return super().encode("latin-1", errors)


class HeaderMorsel(Morsel[str]):
    """A cookie that gives back the header it was made from, until somebody changes it.

    :param header: The value of a ``Set-Cookie`` header.
    """

    def __init__(self, header: str = "") -> None:
        super().__init__()
        self._header = header
        pair, *attributes = header.split(";")
        name, _, coded_value = pair.partition("=")
        decoded = parse_cookie(pair)
        # ``Morsel.set`` refuses names that browsers accept.
        super().__setstate__(  # type: ignore[misc]
            {
                "key": name.strip(),
                "value": next(iter(decoded.values()), ""),
                "coded_value": coded_value.strip(),
            }
        )
        for attribute in attributes:
            attribute_name, _, value = attribute.strip().partition("=")
            if self.isReservedKey(attribute_name):
                self[attribute_name] = value or True
        self._original = self._state()

    def _state(self) -> tuple[str, str, str, dict[str, t.Any]]:
        return self.key, self.value, self.coded_value, dict(self)

    def output(self, attrs: t.Any = None, header: str = "Set-Cookie:") -> str:
        text = self.OutputString(attrs)
        if header:
            text = f"{header} {text}"
        # Django's ASGI handler would encode it as ASCII, and fail on a name that is not.
        return text if text.isascii() else _Latin1Header(text)

    def OutputString(self, attrs: t.Any = None) -> str:  # noqa: N802
        if attrs is None and self._state() == self._original:
            return self._header
        text = super().OutputString(attrs)
        if "; partitioned" in self._header.lower() and _UNKNOWN_TO_PYTHON not in self:
            text += "; Partitioned"
        return text

    def __getstate__(self) -> dict[str, t.Any]:
        return {"morsel": super().__getstate__(), "header": self._header, "from": self._original}

    def __setstate__(self, state: dict[str, t.Any]) -> None:
        super().__setstate__(state["morsel"])  # type: ignore[misc]
        self._header = state["header"]
        self._original = state["from"]

    def copy(self) -> Morsel[str]:
        morsel: Morsel[str] = type(self)(self._header)
        morsel.update(self)
        return morsel


class CookieJar(SimpleCookie):
    """The cookies of one response, by name.

    Two cookies of one name and different paths are two headers, of which a dictionary can show only
    the last; ``values`` returns both, and that is what Django's handlers write.
    """

    _absorbed: tuple[Morsel[str], ...] = ()

    def absorb(self, headers: t.Iterable[str]) -> None:
        """Take in the values of ``Set-Cookie`` headers."""
        for header in headers:
            self.add(HeaderMorsel(header))

    def add(self, morsel: Morsel[str]) -> None:
        """Add a cookie, next to those of its name."""
        self._absorbed += (morsel,)
        # Assigning the usual way would take the morsel for a value.
        dict.__setitem__(self, morsel.key, morsel)

    def values(self) -> t.Any:
        if not self._absorbed:
            return super().values()
        shown = {morsel.key: morsel for morsel in self._absorbed}
        # A name that was deleted or assigned since takes all its headers along.
        kept = [m for m in self._absorbed if self.get(m.key) is shown[m.key]]
        return [*kept, *(m for m in super().values() if shown.get(m.key) is not m)]
