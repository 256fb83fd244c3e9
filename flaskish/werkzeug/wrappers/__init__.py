"""The request and the response.

Werkzeug: wrappers. Django: ``HttpRequest`` and ``HttpResponseBase``.
"""

from .request import Request as Request
from .response import Response as Response
from .response import ResponseStream as ResponseStream

__all__ = ["Request", "Response", "ResponseStream"]
