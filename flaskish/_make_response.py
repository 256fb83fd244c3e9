"""Turns what a view returned into a response.

Flask: About Responses. Django: ``HttpResponse``, which a view has to make itself.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Iterator
from types import GeneratorType
from typing import TYPE_CHECKING, Any, NoReturn

from django.http.response import HttpResponseBase

from .globals import request
from .werkzeug.datastructures import Headers
from .werkzeug.exceptions import HTTPException
from .wrappers import Response

if TYPE_CHECKING:
    from . import typing as ft
    from .app import Flask

_VALID_TYPES = (
    "The return type must be a string, dict, list, tuple with headers or status, Response"
    " instance, or WSGI callable, but it was a"
)


def make_response(self: Flask, rv: ft.ResponseReturnValue) -> Response:
    """Make a response of what a view returned; a method of ``Flask``.

    :param rv: A string, bytes, a dict or list, a generator, a response (Django's too), a WSGI
        application, or a tuple of one of these with a status, headers, or both.
    :raises TypeError: It is something else, or nothing.
    """
    answer: Any = rv
    status = headers = None
    if isinstance(answer, tuple):
        answer, status, headers = _split_tuple(answer)
    # The iterators come last: they are of an abstract class, about which Python asks at length.
    response_class = self.response_class
    if isinstance(answer, (str, bytes, bytearray)):
        if response_class is Response:
            return Response(answer, status, headers)  # type: ignore[arg-type]
        # By name, for the constructors of others.
        return response_class(answer, status=status, headers=headers)  # type: ignore[arg-type]
    if isinstance(answer, response_class):
        response = answer
    elif isinstance(answer, (dict, list)):
        response = self.json.response(answer)
    elif type(answer) is GeneratorType or isinstance(answer, Iterator):
        return response_class(answer, status=status, headers=headers)
    else:
        response = _convert(self, answer)
    if status is not None:
        if isinstance(status, (str, bytes, bytearray)):
            response.status = status  # type: ignore[assignment]
        else:
            response.status_code = status
    if headers:
        response.headers.update(headers)
    return response


def _split_tuple(answer: tuple[Any, ...]) -> tuple[Any, Any, Any]:
    """Return the body, the status and the headers of a tuple."""
    if len(answer) == 3:
        return answer
    if len(answer) == 2:
        body, second = answer
        if isinstance(second, (Headers, dict, tuple, list)):
            return body, None, second
        return body, second, None
    raise TypeError(
        "The view function did not return a valid response tuple. The tuple must have the form"
        " (body, status, headers), (body, status), or (body, headers)."
    )


def _convert(app: Flask, answer: Any) -> Response:
    if isinstance(answer, AsyncIterator):
        return app.response_class(answer)  # type: ignore[arg-type]
    if answer is None:
        raise TypeError(
            f"The view function for {request.endpoint!r} did not return a valid response. The"
            " function either returned None or ended without a return statement. Return a string,"
            " dict, list, tuple or Response."
        )
    if isinstance(answer, HTTPException):
        # The same as calling it as a WSGI application, without writing and parsing the headers.
        answer = answer.get_response(request.environ)
    if not isinstance(answer, HttpResponseBase) and not callable(answer):
        _refuse(answer, "")
    try:
        return app.response_class.force_type(answer, request.environ)
    except TypeError as error:
        _refuse(answer, f"{error}\n")


def _refuse(answer: Any, reason: str) -> NoReturn:
    raise TypeError(
        f"{reason}The view function did not return a valid response. {_VALID_TYPES}"
        f" {type(answer).__name__}."
    ).with_traceback(sys.exc_info()[2]) from None
