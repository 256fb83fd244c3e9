"""Errors that explain themselves, in debug mode.

Flask: Debugging Application Errors. Django: the debug page, which shows them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from .globals import _cv_request
from .werkzeug.exceptions import HTTPException
from .werkzeug.routing import RequestRedirect

if TYPE_CHECKING:
    from jinja2 import BaseLoader, TemplateNotFound

    from .app import Flask
    from .scaffold import Scaffold
    from .templating import Source
    from .werkzeug.exceptions import MethodNotAllowed
    from .werkzeug.routing import Rule
    from .wrappers import Request


class UnexpectedUnicodeError(AssertionError, UnicodeError):
    """Text was found where bytes were expected, or the reverse."""


class DebugFilesKeyError(KeyError, AssertionError):
    """A file was looked for in a request that transmitted none.

    :param request: The request.
    :param key: The name of the file's field.
    """

    def __init__(self, request: Request, key: str) -> None:
        self.msg = (
            f"You tried to access the file {key!r} in the request.files dictionary but it does"
            f" not exist. The mimetype for the request is {request.mimetype!r} instead of"
            " 'multipart/form-data' which means that no file contents were transmitted. To fix"
            ' this error you should provide enctype="multipart/form-data" in your form.'
        )
        names = ", ".join(repr(name) for name in request.form.getlist(key))
        if names:
            self.msg += (
                f"\n\nThe browser instead transmitted some file names. This was submitted: {names}"
            )

    def __str__(self) -> str:
        return self.msg


class FormDataRoutingRedirect(AssertionError):
    """A redirect to the canonical URL would lose the form.

    :param request: The request.
    """

    def __init__(self, request: Request) -> None:
        error = request.routing_exception
        if not isinstance(error, RequestRedirect):
            raise TypeError(f"The request is not redirected by its routing but has {error!r}.")
        text = (
            f"A request was sent to '{request.url}', but routing issued a redirect to the"
            f" canonical URL '{error.new_url}'."
        )
        if f"{request.base_url}/" == error.new_url.partition("?")[0]:
            text += (
                " The URL was defined with a trailing slash. Flask will redirect to the URL with a"
                " trailing slash if it was accessed without one."
            )
        super().__init__(
            f"{text} Send requests to the canonical URL, or use 307 or 308 for routing redirects."
            " Otherwise, browsers will drop form data.\n\nThis exception is only raised in debug"
            " mode."
        )


def explain_method_not_allowed(app: Flask, request: Request, error: MethodNotAllowed) -> None:
    """Make the page of a wrong method name the views of the URL, and the way to another method.

    :param app: The application.
    :param request: The request.
    :param error: The error, whose description is extended.
    """
    adapter = app.create_url_adapter(request)
    if adapter is None:
        return
    # By identity: rules of one path are equal.
    rules: dict[int, Rule] = {}
    for method in sorted(error.valid_methods or ()):
        try:
            rule, _ = adapter.match(method=method, return_rule=True)
        except HTTPException:
            # A redirect: the view is at another URL.
            continue
        rules[id(rule)] = rule
    lines = [str(error.description)]
    for rule in rules.values():
        shown = sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
        lines.append(
            f"The view {rule.endpoint!r} of the rule {rule.rule!r} answers {', '.join(shown)}. To"
            f" let it answer {request.method}, register it with"
            f" methods={[*shown, request.method]!r}."
        )
    error.description = "\n".join([*lines, "This is only said in debug mode."])


def attach_enctype_error_multidict(request: Request) -> None:
    """Make a missing file explain itself, if a field of the form has its name.

    :param request: The request, whose form has been parsed.
    """
    files_class: Any = type(request.files)

    class ExplainingFiles(files_class):  # type: ignore[misc]
        """The files of a request that has none."""

        def __getitem__(self, key: str) -> Any:
            try:
                return super().__getitem__(key)
            except KeyError as error:
                if key not in request.form:
                    raise
                explained = DebugFilesKeyError(request, key)
                raise explained.with_traceback(error.__traceback__) from None

    ExplainingFiles.__name__ = files_class.__name__
    ExplainingFiles.__module__ = files_class.__module__
    request.files.__class__ = ExplainingFiles


def explain_template_loading_attempts(
    app: Flask,
    template: str,
    attempts: list[tuple[BaseLoader, Scaffold, Source | None]],
) -> None:
    """Log where a template was looked for, and what was found.

    :param app: The application.
    :param template: Name of the template.
    :param attempts: The loaders that were asked, their owners, and what they returned.
    """
    lines = [f"Locating template {template!r}:"]
    for number, (loader, owner, source) in enumerate(attempts, 1):
        lines.append(f"{number:5}: trying loader of {_describe_owner(owner)}")
        lines.extend(f"       {line}" for line in _describe_loader(loader))
        found = "no match" if source is None else f"found ({source[1] or '<string>'!r})"
        lines.append(f"       -> {found}")

    count = sum(source is not None for _, _, source in attempts)
    if count == 0:
        lines.append("Error: the template could not be found.")
    elif count > 1:
        lines.append("Warning: multiple loaders returned a match for the template.")
    context = _cv_request.get()
    blueprint = None if context is None else context.request.blueprint
    if blueprint is not None and count != 1:
        lines += [
            f"  The template was looked up from an endpoint that belongs to the blueprint"
            f" {blueprint!r}.",
            "  Maybe you did not place a template in the right folder?",
            "  See https://flask.palletsprojects.com/blueprints/#templates",
        ]
    app.logger.info("\n".join(lines))


def note_template_folders(app: Flask, error: TemplateNotFound) -> None:
    """Note on an error in which folders a template was looked for, and which of them are missing.

    A note is for tracebacks and the debug page; the message is still the template's name.

    :param app: The application.
    :param error: The error.
    """
    lines = [
        f"- {folder!r} of {_describe_owner(owner)}{'' if os.path.isdir(folder) else ' is missing'}"
        for owner in (app, *app.iter_blueprints())
        for folder in getattr(owner.jinja_loader, "searchpath", ())
    ]
    if lines:
        lines.append("Put it into one of them, or name another one with 'template_folder'.")
        error.add_note("\n".join(["The template was looked for in these folders:", *lines]))
    else:
        error.add_note("No template folder is set. Pass 'template_folder' to the application.")


def _describe_owner(owner: Scaffold) -> str:
    from .blueprints import Blueprint
    from .sansio.app import App

    if isinstance(owner, App):
        return f"application {owner.import_name!r}"
    if isinstance(owner, Blueprint):
        return f"blueprint {owner.name!r} ({owner.import_name})"
    return repr(owner)


def _describe_loader(loader: BaseLoader) -> Iterator[str]:
    yield f"class: {type(loader).__module__}.{type(loader).__name__}"
    for name, value in sorted(vars(loader).items()):
        if name.startswith("_"):
            continue
        if isinstance(value, (tuple, list)) and all(isinstance(item, str) for item in value):
            yield f"{name}:"
            yield from (f"  - {item}" for item in value)
        elif isinstance(value, (str, int, float, bool)):
            yield f"{name}: {value!r}"
