"""The request and the response.

Werkzeug: wrappers. Django: ``HttpRequest`` and ``HttpResponseBase``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..._on_demand import load_on_demand
from .request import Request as Request
from .response import Response as Response
from .response import ResponseStream as ResponseStream

if TYPE_CHECKING:
    from . import _async_body as _async_body
    from . import _body as _body
    from . import _cookies as _cookies
    from . import _django_request as _django_request
    from . import _ranges as _ranges
    from . import _scope as _scope
    from . import _template_response as _template_response

__all__ = ["Request", "Response", "ResponseStream"]

# What most requests, or those of the other kind of server, do without.
_HOMES = {
    name: name
    for name in (
        *("_async_body", "_body", "_cookies", "_django_request"),
        *("_ranges", "_scope", "_template_response"),
    )
}


def __getattr__(name: str) -> Any:
    return load_on_demand(__name__, _HOMES, name)
