"""The charsets that a client may name for Django.

Flask: none; forms and queries are UTF-8. Django: ``HttpRequest.encoding``.
"""

from __future__ import annotations

import codecs
import encodings
from encodings.aliases import aliases
from functools import cache

#: Modules of Python's that are for no text, or that fail on some bytes whatever errors may do.
_NOT_FOR_TEXT = frozenset(
    (
        *("aliases", "base64_codec", "bz2_codec", "hex_codec", "idna", "mbcs", "oem", "punycode"),
        *("quopri_codec", "raw_unicode_escape", "rot_13", "undefined", "unicode_escape"),
        *("uu_codec", "zlib_codec"),
    )
)
#: Longer than all names that there are; Python looks at each character of one.
_MAX_LENGTH = 60


@cache
def _charsets() -> frozenset[str]:
    # Loaded by clients that name an unusual one.
    import pkgutil

    modules = {module.name for module in pkgutil.iter_modules(encodings.__path__)}
    return frozenset({*modules, *aliases.values()} - _NOT_FOR_TEXT)


def find_charset(name: str) -> str | None:
    """Return Python's name of a charset; ``None`` if it knows none of that name for text.

    A client's name is not for ``codecs.lookup``, which remembers for ever each one that it does
    not know.

    :param name: The name as a client writes it.
    """
    if len(name) > _MAX_LENGTH:
        return None
    name = encodings.normalize_encoding(name.lower())
    module = aliases.get(name, name)
    if module != "utf_8" and module not in _charsets():
        return None
    return codecs.lookup(module).name
