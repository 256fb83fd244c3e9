"""Small things that several modules share.

Werkzeug: ``werkzeug._internal``. Django: none.
"""

from __future__ import annotations

import codecs
import re
import sys
import warnings
from typing import Any

#: Stands for an argument that was not given, where ``None`` would be a value.
_missing: Any = object()

#: What a name in a header, or a value without quotes, is made of.
_token_chars = frozenset(
    "!#$%&'*+-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ^_`abcdefghijklmnopqrstuvwxyz|~"
)
_plain_int_re = re.compile(r"-?[0-9]+", re.ASCII)


def _plain_int(value: str) -> int:
    """Parse an integer of ASCII digits, without the signs and underscores that ``int`` allows.

    :raises ValueError: It is something else.
    """
    value = value.strip(" \t")
    if _plain_int_re.fullmatch(value) is None:
        raise ValueError(f"{value!r} is not an integer of plain digits.")
    return int(value)


def _quote_undecodable(error: UnicodeError) -> tuple[str, int]:
    """Keep bytes that are not UTF-8 in their quoted form."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    # A body may be full of such bytes, none of which is ASCII; ``quote`` needs seconds for them.
    return f"%{error.object[error.start : error.end].hex('%').upper()}", error.end


codecs.register_error("werkzeug.url_quote", _quote_undecodable)


def _wsgi_decoding_dance(s: str) -> str:
    """Decode a text of the WSGI environ, which holds bytes as Latin-1, as UTF-8."""
    return s.encode("latin1").decode(errors="replace")


def _wsgi_encoding_dance(s: str) -> str:
    """Encode a text for the WSGI environ."""
    return s.encode().decode("latin1")


_charset_mimetypes = frozenset(
    (
        "application/ecmascript",
        "application/javascript",
        "application/sql",
        "application/xml",
        "application/xml-dtd",
        "application/xml-external-parsed-entity",
    )
)


def get_content_type(mimetype: str, charset: str) -> str:
    """Return a type with the charset added, if it is a type of text.

    :param mimetype: The type.
    :param charset: The charset.
    """
    if mimetype.startswith("text/") or mimetype in _charset_mimetypes or mimetype.endswith("+xml"):
        return f"{mimetype}; charset={charset}"
    return mimetype


def _get_environ(obj: Any) -> dict[str, Any]:
    """Return the environ of a request, or the environ itself.

    :raises TypeError: It is neither.
    """
    environ = getattr(obj, "environ", obj)
    if not isinstance(environ, dict):
        raise TypeError(f"{type(obj).__name__!r} is not a WSGI environment (has to be a dict).")
    return environ


def _warn_caller(message: str, stacklevel: int = 2) -> None:
    """Warn of a caller's mistake, with the module's name that the program knows it by.

    Under the import alias programs filter warnings by ``flask.app`` and ``werkzeug.…``.

    :param message: The text.
    :param stacklevel: As for ``warnings.warn``.
    """
    frame = sys._getframe(stacklevel)
    module = frame.f_globals.get("__name__", "")
    if module.startswith("flaskish.") and sys.modules.get("flask") is sys.modules["flaskish"]:
        module = module.removeprefix("flaskish.")
        module = module if module.startswith("werkzeug") else f"flask.{module}"
    warnings.warn_explicit(
        message,
        UserWarning,
        frame.f_code.co_filename,
        frame.f_lineno,
        module,
        frame.f_globals.setdefault("__warningregistry__", {}),
    )


def __getattr__(name: str) -> Any:
    # The logger of the development server; most programs never log through it.
    if name == "_log":
        from ._server_log import _log

        return _log
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
