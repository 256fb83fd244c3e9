"""The URLs of the project's names, for ``url_for``.

Flask: ``url_for``. Django: ``reverse``.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.urls import NoReverseMatch, reverse

from ..werkzeug.routing._building import encode_query

if TYPE_CHECKING:
    from ..wrappers import Request

#: Of more values than these, none is tried as part of the query.
_MOST_TRIED = 6


def reverse_django_name(name: str, values: dict[str, Any], request: Request | None) -> str | None:
    """Build the URL of a name of the project's, for example ``admin:index``.

    :param name: The name with its namespaces.
    :param values: Values of the pattern's variables; others become the query.
    :param request: The request, which says which of several instances of an application is meant.
    :return: The path; ``None`` if there is no such name, or its pattern has other variables.
    """
    if not getattr(settings, "ROOT_URLCONF", None):
        return None
    http_request = None if request is None else request.__dict__.get("django")
    match = getattr(http_request, "resolver_match", None)
    # As Django's ``{% url %}`` does.
    current_app = None if match is None else match.namespace
    for path_values, query_values in _divisions(values):
        try:
            path = reverse(name, kwargs=path_values or None, current_app=current_app)
        except NoReverseMatch:
            continue
        query = encode_query(query_values)
        return f"{path}?{query}" if query else path
    return None


def _divisions(values: dict[str, Any]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Divide values between path and query, the path first: Django does not tell what it wants."""
    least = 0 if len(values) <= _MOST_TRIED else len(values)
    for count in range(len(values), least - 1, -1):
        for names in combinations(values, count):
            yield (
                {name: values[name] for name in names},
                {name: value for name, value in values.items() if name not in names},
            )
