"""Data structures of HTTP: multi dicts, headers, files, and the values of single headers.

Werkzeug: ``werkzeug.datastructures``. Django: ``QueryDict``, ``UploadedFile``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..._on_demand import load_on_demand
from . import structures
from .headers import EnvironHeaders as EnvironHeaders
from .headers import Headers as Headers
from .mixins import ImmutableDictMixin as ImmutableDictMixin
from .mixins import ImmutableHeadersMixin as ImmutableHeadersMixin
from .mixins import ImmutableListMixin as ImmutableListMixin
from .mixins import ImmutableMultiDictMixin as ImmutableMultiDictMixin
from .mixins import UpdateDictMixin as UpdateDictMixin
from .structures import CallbackDict as CallbackDict
from .structures import CombinedMultiDict as CombinedMultiDict
from .structures import ImmutableDict as ImmutableDict
from .structures import ImmutableList as ImmutableList
from .structures import ImmutableMultiDict as ImmutableMultiDict
from .structures import ImmutableTypeConversionDict as ImmutableTypeConversionDict
from .structures import MultiDict as MultiDict
from .structures import TypeConversionDict as TypeConversionDict
from .structures import iter_multi_items as iter_multi_items

if TYPE_CHECKING:
    from ._header_set import HeaderSet as HeaderSet
    from .accept import Accept as Accept
    from .accept import CharsetAccept as CharsetAccept
    from .accept import LanguageAccept as LanguageAccept
    from .accept import MIMEAccept as MIMEAccept
    from .auth import Authorization as Authorization
    from .auth import WWWAuthenticate as WWWAuthenticate
    from .cache_control import RequestCacheControl as RequestCacheControl
    from .cache_control import ResponseCacheControl as ResponseCacheControl
    from .csp import ContentSecurityPolicy as ContentSecurityPolicy
    from .etag import ETags as ETags
    from .file_storage import FileMultiDict as FileMultiDict
    from .file_storage import FileStorage as FileStorage
    from .range import ContentRange as ContentRange
    from .range import IfRange as IfRange
    from .range import Range as Range

__all__ = [
    "Accept",
    "Authorization",
    "CallbackDict",
    "CharsetAccept",
    "CombinedMultiDict",
    "ContentRange",
    "ContentSecurityPolicy",
    "ETags",
    "EnvironHeaders",
    "FileMultiDict",
    "FileStorage",
    "HeaderSet",
    "Headers",
    "IfRange",
    "ImmutableDict",
    "ImmutableDictMixin",
    "ImmutableHeadersMixin",
    "ImmutableList",
    "ImmutableListMixin",
    "ImmutableMultiDict",
    "ImmutableMultiDictMixin",
    "ImmutableTypeConversionDict",
    "LanguageAccept",
    "MIMEAccept",
    "MultiDict",
    "Range",
    "RequestCacheControl",
    "ResponseCacheControl",
    "TypeConversionDict",
    "UpdateDictMixin",
    "WWWAuthenticate",
    "iter_multi_items",
]

# Files, and the values of single headers, which few requests look at.
_ON_DEMAND = {
    "_header_set": ("HeaderSet",),
    "accept": ("Accept", "CharsetAccept", "LanguageAccept", "MIMEAccept"),
    "auth": ("Authorization", "WWWAuthenticate"),
    "cache_control": ("RequestCacheControl", "ResponseCacheControl"),
    "csp": ("ContentSecurityPolicy",),
    "etag": ("ETags",),
    "file_storage": ("FileMultiDict", "FileStorage"),
    "range": ("ContentRange", "IfRange", "Range"),
}
_HOMES = {name: home for home, names in _ON_DEMAND.items() for name in (home, *names)}


def __getattr__(name: str) -> Any:
    if name in ("OrderedMultiDict", "ImmutableOrderedMultiDict"):
        # The deprecated ones warn whoever names them.
        return structures.__getattr__(name)
    return load_on_demand(__name__, _HOMES, name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
