"""Two answers made comparable: what changes by itself is levelled, the rest must be equal.

Flask: the first answer. Django: behind the second.
"""

from __future__ import annotations

import base64
import re
import time
import tomllib
from collections import defaultdict
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from exchange import Request

Answer = dict[str, Any]

#: Cookies whose value is signed, and so differs from one framework to the other.
_SIGNED_COOKIE = re.compile(r"^(session|__Host-sid)=[^;]+")
_COOKIE_DATE = re.compile(r"(?i)(expires=)([^;]+)")
_ADDRESS = re.compile(rb"0x[0-9a-f]{6,}")
_DATE_HEADERS = {"date", "expires", "retry-after"}


@dataclass(frozen=True)
class Difference:
    """One aspect of one answer that is not as Flask's."""

    app: str
    request: Request
    earlier: tuple[Request, ...]
    aspect: str
    flask: Any
    flaskish: Any

    @property
    def question(self) -> str:
        """The request with those before it, and a line for each unusual part of it."""
        way = " -> ".join(str(request) for request in (*self.earlier, self.request))
        details = (f"    {name}: {value}" for name, value in _details_of(self.request))
        return "\n".join((way, *details))

    @property
    def is_length_for_head(self) -> bool:
        """Whether it is the length of a body that was not sent."""
        return self.request.method == "HEAD" and self.aspect == "header Content-Length"

    def __str__(self) -> str:
        return (
            f"{self.app}: {self.question}\n  {self.aspect}\n"
            f"    Flask:    {self.flask!r}\n    flaskish: {self.flaskish!r}"
        )


def _details_of(request: Request) -> list[tuple[str, Any]]:
    details = {
        "headers": request.headers,
        "body": request.body[:300],
        "host": {"localhost": None, "": "(empty)"}.get(request.host, request.host),
        "scheme": request.scheme if request.scheme != "http" else None,
        "script name": request.script_name,
        "environ": dict(request.environ),
    }
    return [(name, value) for name, value in details.items() if value]


def differing_aspects(flask: Answer, flaskish: Answer) -> list[tuple[str, Any, Any]]:
    """Compare two answers. HTTP gives the order of headers of different names no meaning.

    :return: For each aspect that differs its name and both values.
    """
    theirs, ours = _aspects_of(flask), _aspects_of(flaskish)
    if theirs["body"] != ours["body"]:
        # Their lengths differ then, which is no news as long as they are right.
        _drop_right_length(flask, theirs)
        _drop_right_length(flaskish, ours)
    return [
        (aspect, theirs.get(aspect), ours.get(aspect))
        for aspect in sorted(theirs.keys() | ours.keys())
        if theirs.get(aspect) != ours.get(aspect)
    ]


def _aspects_of(answer: Answer) -> dict[str, Any]:
    headers = [(name, _level_header(name.lower(), value)) for name, value in answer["headers"]]
    by_name = defaultdict(list)
    for name, value in headers:
        by_name[f"header {name}"].append(value)
    return {
        "status": answer["status"],
        "body": _ADDRESS.sub(b"0x...", base64.b64decode(answer["body"])),
        "error": _ADDRESS.sub(b"0x...", (answer["error"] or "").encode()).decode(),
        "warnings": answer["warnings"],
        **by_name,
    }


def _drop_right_length(answer: Answer, aspects: dict[str, Any]) -> None:
    length = len(base64.b64decode(answer["body"]))
    if aspects.get("header Content-Length") == [str(length)]:
        del aspects["header Content-Length"]


def _level_header(name: str, value: str) -> str:
    if name == "set-cookie":
        value = _SIGNED_COOKIE.sub(r"\1=<signed>", value)
        return _COOKIE_DATE.sub(lambda match: match[1] + _level_date(match[2]), value)
    if name == "allow":
        # Flask makes it of a set, whose order changes from one process to the next.
        return ", ".join(sorted(value.split(", ")))
    if name in _DATE_HEADERS:
        return _level_date(value)
    return value


def _level_date(value: str) -> str:
    """Turn a date around now into its distance from now; other dates stay."""
    try:
        moment = parsedate_to_datetime(value).timestamp()
    except (TypeError, ValueError):
        return value
    distance = moment - time.time()
    # Further away nobody has added something to the current time.
    if abs(distance) > 60 * 86400:
        return value
    return f"<now {round(distance / 20) * 20:+d} s>"


@dataclass
class KnownDifference:
    """A difference that stays, with the reason."""

    app: str
    reason: str
    #: Whether it is one of applications in a project only.
    is_mounted: bool
    request: re.Pattern[str]
    aspect: re.Pattern[str]
    flask: re.Pattern[str]
    flaskish: re.Pattern[str]
    count: int = field(default=0, compare=False)

    def covers(self, difference: Difference) -> bool:
        """Tell whether a difference is this one."""
        if self.app not in {difference.app, "*"} or not self._is_asked_by(difference.question):
            return False
        if difference.is_length_for_head:
            # Bodies that differ have different lengths, of which HEAD shows nothing else.
            return self.aspect.fullmatch("body") is not None
        return (
            self.aspect.fullmatch(difference.aspect) is not None
            and self.flask.search(str(difference.flask)) is not None
            and self.flaskish.search(str(difference.flaskish)) is not None
        )

    def _is_asked_by(self, question: str) -> bool:
        # A generated request may have letters encoded that need not be.
        return any(self.request.search(text) for text in (question, unquote(question)))


def load_known_differences(path: Path) -> list[KnownDifference]:
    """Read the table of the differences that stay.

    :param path: A TOML file; patterns that an entry leaves out fit everything.
    """
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    return [
        KnownDifference(
            app=entry["app"],
            reason=entry["reason"],
            is_mounted=entry.get("mounted", False),
            request=re.compile(entry.get("request", ""), re.MULTILINE),
            aspect=re.compile(entry.get("aspect", ".*")),
            flask=re.compile(entry.get("flask", ""), re.DOTALL),
            flaskish=re.compile(entry.get("flaskish", ""), re.DOTALL),
        )
        for entry in table.get("difference", [])
    ]
