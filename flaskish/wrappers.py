"""The request and the response of an application.

Flask: Incoming Request Data, Response Objects. Django: ``HttpRequest``, ``HttpResponse``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import json
from ._form_limits import check_number_of_fields
from ._hooks import _split_blueprint_path
from .globals import get_app_context
from .werkzeug.exceptions import BadRequest, HTTPException
from .werkzeug.sansio._lazy import lazy_attribute, on_demand
from .werkzeug.wrappers import Request as RequestBase
from .werkzeug.wrappers import Response as ResponseBase

if TYPE_CHECKING:
    from ._forms import FormParser
    from .werkzeug.datastructures import MultiDict
    from .werkzeug.formparser import FormDataParser
    from .werkzeug.routing import Rule


def _load_form_parser() -> type[FormParser]:
    from ._forms import FormParser

    return FormParser


class _ConfiguredLimit:
    """A limit on the request's body: set on the request, else by the application's config.

    :param key: The config key.
    """

    def __init__(self, key: str) -> None:
        self.key = key

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, request: Request | None, owner: type | None = None) -> Any:
        if request is None:
            return self
        own = request.__dict__.get(self.name)
        if own is not None:
            return own
        context = get_app_context()
        if context is None:
            return getattr(RequestBase, self.name)
        return context.app.config[self.key]

    def __set__(self, request: Request, value: int | None) -> None:
        request.__dict__[self.name] = value


class Request(RequestBase):
    """The request. It has the attributes of Django's ``HttpRequest`` as well.

    :param environ: The WSGI environ.
    :param populate_request: Whether the environ gets a reference to the request.
    :param shallow: Whether reading the body is an error.
    """

    json_module: Any = json
    #: The rule that matched, ``None`` if none did.
    url_rule: Rule | None = None
    #: The values of the rule's variables.
    view_args: dict[str, Any] | None = None
    #: What kept the request from finding a rule.
    routing_exception: HTTPException | None = None

    form_data_parser_class: type[FormDataParser] = on_demand(_load_form_parser)

    #: Bytes of the body that may be read; ``MAX_CONTENT_LENGTH``.
    max_content_length = _ConfiguredLimit("MAX_CONTENT_LENGTH")
    #: Bytes of a form's fields that may be kept in memory; ``MAX_FORM_MEMORY_SIZE``.
    max_form_memory_size = _ConfiguredLimit("MAX_FORM_MEMORY_SIZE")
    #: Fields and files of a form; ``MAX_FORM_PARTS``.
    max_form_parts = _ConfiguredLimit("MAX_FORM_PARTS")

    @property
    def user(self) -> Any:
        """The user that Django's middleware found; setting it is for both sides.

        :raises AttributeError: No middleware did.

        Flask: none. Django: ``HttpRequest.user``, which ``login()`` sets.
        """
        try:
            return self.django.user
        except AttributeError as error:
            raise AttributeError(
                "The request has no user. Django's AuthenticationMiddleware finds it: add it to the"
                " setting MIDDLEWARE, behind the SessionMiddleware.",
                name="user",
                obj=self,
            ) from error

    @user.setter
    def user(self, user: Any) -> None:
        self.django.user = user

    @property
    def endpoint(self) -> str | None:
        """The endpoint that matched, ``None`` if none did."""
        rule = self.url_rule
        return None if rule is None else rule.endpoint

    @property
    def blueprint(self) -> str | None:
        """The name of the current blueprint, with those around it."""
        endpoint = self.endpoint
        if endpoint is None or "." not in endpoint:
            return None
        return endpoint.rpartition(".")[0]

    @property
    def blueprints(self) -> list[str]:
        """The names of the current blueprint and those around it, the innermost first."""
        name = self.blueprint
        return [] if name is None else _split_blueprint_path(name)

    @lazy_attribute
    def args(self) -> MultiDict[str, str]:
        """The parameters of the query string.

        :raises RequestEntityTooLarge: There are more than ``max_form_parts``.
        """
        check_number_of_fields(self.query_string, self.max_form_parts)
        return self._parse_args()

    def _load_form_data(self) -> None:
        super()._load_form_data()
        context = get_app_context()
        if (
            context is not None
            and context.app.debug
            and self.mimetype != "multipart/form-data"
            and not self.files
        ):
            from .debughelpers import attach_enctype_error_multidict

            attach_enctype_error_multidict(self)

    def on_json_loading_failed(self, e: ValueError | None) -> Any:
        """Answer for a body that is not JSON; the parser's message is for debug mode only.

        :param e: What the parser raised, ``None`` if the content type is another.
        :raises BadRequest: Always.
        """
        try:
            return super().on_json_loading_failed(e)
        except BadRequest as error:
            context = get_app_context()
            if context is not None and context.app.debug:
                raise
            raise BadRequest from error


class Response(ResponseBase):
    """The response: HTML by default. It is one of Django's as well.

    :param response: The body: text, bytes, or an iterable of either.
    :param status: The status, as number or text.
    :param headers: The headers.
    :param mimetype: The type of the body, without parameters.
    :param content_type: The type of the body, with parameters.
    :param direct_passthrough: Whether the iterable goes to the server as it is.
    """

    default_mimetype: str | None = "text/html"
    json_module: Any = json
    autocorrect_location_header = False

    @property
    def max_cookie_size(self) -> int:  # type: ignore[override]
        """The size of a cookie from which on there is a warning; ``MAX_COOKIE_SIZE``."""
        context = get_app_context()
        if context is None:
            return super().max_cookie_size
        return context.app.config["MAX_COOKIE_SIZE"]  # type: ignore[no-any-return]
