"""The variables that an application gives to a page in Django's language.

Flask: the context of ``render_template``. Django: ``Context``, whose filters know ``SafeString``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.template import TemplateDoesNotExist
from django.template.backends.django import reraise
from django.template.context import make_context

from .nested import CONTAINERS, Nested
from .safe_strings import to_safe_string

if TYPE_CHECKING:
    from django.http import HttpRequest


class PageVariables(dict[str, Any]):
    """Variables in which safe text of Jinja's is safe text of Django's, in lists and dicts, too.

    A list or a dict is looked through when the page asks for it, and copied if there is any in it.
    """

    def __init__(self, variables: dict[str, Any]) -> None:
        super().__init__({name: to_safe_string(value) for name, value in variables.items()})
        self._looked_through: set[str] = set()

    def __getitem__(self, name: str) -> Any:
        value = super().__getitem__(name)
        if type(value) in CONTAINERS and name not in self._looked_through:
            value = self[name] = Nested(to_safe_string).apply(value)
            self._looked_through.add(name)
        return value

    def __setitem__(self, name: str, value: Any) -> None:
        self._looked_through.discard(name)
        super().__setitem__(name, value)


def render(template: Any, variables: dict[str, Any], http_request: HttpRequest | None) -> str:
    """Render a template of Django's, as its backend does it.

    :param template: The template, of Django's backend.
    :param variables: Its variables.
    :param http_request: Django's request, if any.
    :raises TemplateDoesNotExist: It includes one that there is not.
    """
    context = make_context(None, http_request, autoescape=template.backend.engine.autoescape)
    # Not ``push``, which copies what the page may never ask for.
    context.dicts.append(PageVariables(variables))
    try:
        return template.template.render(context)  # type: ignore[no-any-return]
    except TemplateDoesNotExist as error:
        reraise(error, template.backend)
        raise
