"""A variable as a report of an error shows it: no more than fits, and without secrets.

Flask: none. Django: ``ExceptionReporter``, which shows 4096 characters of each variable.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pprint import pformat
from typing import Any

#: Items of a variable, or characters of a text, that a report looks at: it shows fewer.
LIMIT = 5_000
#: What takes the place of a secret, as Django has it.
STARS = "********************"
#: A shorter text may stand anywhere.
_MIN_SECRET = 8
#: Names of settings whose text is a secret wherever it is found. Django's own pattern has all that
#: is better not shown under its name, such as ``AUTH_USER_MODEL``.
_SECRET_NAME = re.compile("SECRET|PASSWORD|PASSWD|TOKEN|API_?KEY|PRIVATE_KEY")


class ReportedValue:
    """A variable whose ``repr()`` is what a report shows.

    :param value: The value.
    :param secrets: Texts that are not to be shown, whatever object they are in.
    """

    def __init__(self, value: Any, secrets: Iterable[str]) -> None:
        self._value = value
        self._secrets = secrets

    def __repr__(self) -> str:
        # ``pformat`` takes seconds for what is large.
        text = repr(self._value) if _is_large(self._value) else pformat(self._value)
        for secret in self._secrets:
            text = text.replace(secret, STARS)
        return text


def _is_large(value: Any) -> bool:
    try:
        return len(value) > LIMIT
    except Exception:
        # It has no length, or fails to tell.
        return False


def cut(value: Any) -> Any:
    """Cut a text or a set that is longer than a report looks at; return anything else as it is.

    :param value: The value.
    """
    kind = type(value)
    if issubclass(kind, (str, bytes, bytearray)) and _is_large(value):
        return value[:LIMIT]
    return value


def find_secrets(settings: Mapping[str, Any]) -> Iterator[str]:
    """Find the texts in settings that are secrets by their names, in their dicts and lists, too.

    :param settings: The settings, or a configuration.
    """
    # By identity: one may be in itself.
    known = {id(settings)}
    pending = [settings]
    while pending:
        for name, value in pending.pop().items():
            if isinstance(value, dict):
                if id(value) not in known:
                    known.add(id(value))
                    pending.append(value)
            elif isinstance(name, str) and _SECRET_NAME.search(name.upper()):
                yield from secret_texts(value)


def secret_texts(value: Any) -> Iterator[str]:
    """Return a secret as it stands in texts.

    :param value: The secret, or a list of several.
    """
    if isinstance(value, (list, tuple)):
        for item in value:
            yield from secret_texts(item)
    elif isinstance(value, (str, bytes)) and len(value) >= _MIN_SECRET:
        written = repr(value).removeprefix("b")[1:-1]
        yield written
        if isinstance(value, str) and value != written:
            yield value
