"""A response whose body is rendered late, as that of Django's ``TemplateResponse`` is.

Werkzeug: none. Django: ``SimpleTemplateResponse``, whose context and template middleware may change
before the handler renders it.
"""

from __future__ import annotations

import functools
import typing as t

if t.TYPE_CHECKING:
    from .request import Request
    from .response import Response

    ResponseType = t.TypeVar("ResponseType", bound=Response)


class LateRendering:
    """What such a response has beside its class. Rendered, it is a plain response of its class.

    Whoever asks for the body before Django's handler does renders it.
    """

    is_rendered = False
    _original: t.Any
    _callbacks: list[t.Callable[[t.Any], t.Any]]
    _rendered_class: type[Response]

    @property
    def response(self) -> t.Any:
        """The body."""
        self.render()
        return self.__dict__["response"]

    @response.setter
    def response(self, body: t.Any) -> None:
        self.__class__ = self._rendered_class  # type: ignore[assignment]
        self.__dict__["response"] = body

    @property
    def template_name(self) -> t.Any:
        """The name of the template, or several, as Django's response has it."""
        return self._original.template_name

    @template_name.setter
    def template_name(self, name: t.Any) -> None:
        self._original.template_name = name

    @property
    def context_data(self) -> t.Any:
        """The variables, as Django's response has them."""
        return self._original.context_data

    @context_data.setter
    def context_data(self, context: t.Any) -> None:
        self._original.context_data = context

    def add_post_render_callback(self, callback: t.Callable[[t.Any], t.Any]) -> None:
        """Have a function called once the body is there.

        :param callback: Takes the response; may return another one.
        """
        self._callbacks.append(callback)

    def settle_for_django(self, request: Request) -> None:
        """Settle headers and body once the body is there."""
        rendered_class = self._rendered_class
        self.add_post_render_callback(
            lambda response: (
                response.settle_for_django(request)
                if isinstance(response, rendered_class)
                else None
            )
        )

    def render(self) -> t.Any:
        """Render the body.

        :return: The response, or the one that a callback returned.
        """
        attributes = self.__dict__
        original = attributes.pop("_original").render()
        callbacks = attributes.pop("_callbacks")
        self.response = [original.content]
        attributes["template_name"] = original.template_name
        attributes["context_data"] = original.context_data
        response: t.Any = self
        for callback in callbacks:
            changed = callback(response)
            if changed is not None:
                response = changed
        return response


@functools.cache
def _late_class(cls: t.Any) -> type[t.Any]:
    return type(cls.__name__, (LateRendering, cls), {"_rendered_class": cls})


def render_late(response: ResponseType, original: t.Any) -> ResponseType:
    """Make the body of a response that of one of Django's, rendered when it is asked for.

    :param response: The response, without a body.
    :param original: The ``SimpleTemplateResponse``.
    """
    late: t.Any = response
    del late.response
    late.__class__ = _late_class(late.__class__)
    late._original = original
    # A view may have given its own request, or the proxy of it, which is not there any more then.
    original._request = getattr(original._request, "django", original._request)
    # They are to see the response that is sent.
    late._callbacks = original._post_render_callbacks
    original._post_render_callbacks = []
    return response
