"""Builds the URLs that ``url_for`` returns.

Flask: URL Building. Django: ``django.urls.reverse``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urljoin

from .bridge.settings import is_standalone
from .globals import get_app_context, get_request_context
from .werkzeug.routing import BuildError

if TYPE_CHECKING:
    from .app import Flask
    from .werkzeug.routing import MapAdapter
    from .wrappers import Request


_NO_HOST = (
    "Unable to build URLs outside an active request without 'SERVER_NAME' configured."
    " Also configure 'APPLICATION_ROOT' and 'PREFERRED_URL_SCHEME' as needed."
)
_SAFE_IN_FRAGMENT = "%!#$&'()*+,/:;=?@"


def build_url(
    app: Flask,
    endpoint: str,
    values: dict[str, Any],
    anchor: str | None,
    method: str | None,
    scheme: str | None,
    external: bool | None,
) -> str:
    """Build the URL of an endpoint; see ``Flask.url_for``."""
    request_context = get_request_context()
    if ":" in endpoint:
        url = _build_djangos(app, endpoint, values, anchor, scheme, external)
        if url is not None:
            return url
    adapter: MapAdapter | None
    if request_context is not None:
        if endpoint[:1] == ".":
            endpoint = _in_blueprint(endpoint, request_context.request.blueprint)
        if external is None:
            external = scheme is not None
        adapter = request_context.url_adapter or _adapter_of_refused_host(
            app, request_context.request
        )
    else:
        adapter = _adapter_without_request(app)
        if adapter is None:
            return _build_mounted(app, endpoint, values, anchor, method, scheme, external)
        if external is None:
            external = True
    if scheme is not None and not external:
        raise ValueError("When specifying '_scheme', '_external' must be True.")

    app.inject_url_defaults(endpoint, values)
    try:
        url = adapter.build(
            endpoint, values, method=method, url_scheme=scheme, force_external=external
        )
    except BuildError as error:
        values.update(_anchor=anchor, _method=method, _scheme=scheme, _external=external)
        return app.handle_url_build_error(error, endpoint, values)
    if endpoint[-6:] == "static":
        url = _prefer_collected(app, endpoint, values, url)
    return url if anchor is None else _with_anchor(url, anchor)


def _prefer_collected(app: Flask, endpoint: str, values: dict[str, Any], url: str) -> str:
    """Replace the URL of a static file by the project's, if the project collects the file."""
    if is_standalone() or "filename" not in values:
        return url
    # Loads Django's staticfiles, which only projects have.
    from .bridge.static import collected_url

    collected = collected_url(app, endpoint, values["filename"])
    if collected is None:
        return url
    query = url.partition("?")[2]
    separator = "&" if "?" in collected else "?"
    # A full URL lends its scheme and its host to a mere path.
    return urljoin(url, f"{collected}{separator}{query}" if query else collected)


def _with_anchor(url: str, anchor: str | None) -> str:
    if anchor is None:
        return url
    return f"{url}#{quote(anchor, safe=_SAFE_IN_FRAGMENT, errors='replace')}"


def _in_blueprint(endpoint: str, blueprint: str | None) -> str:
    return endpoint[1:] if blueprint is None else f"{blueprint}{endpoint}"


def _adapter_of_refused_host(app: Flask, request: Request) -> MapAdapter:
    """Make an adapter for the links of the page that says so, which do not repeat the host."""
    return app.url_map.bind(
        app.config["SERVER_NAME"] or "localhost",
        script_name=request.root_path,
        url_scheme=request.scheme,
    )


def _adapter_without_request(app: Flask) -> MapAdapter | None:
    app_context = get_app_context()
    return app.create_url_adapter(None) if app_context is None else app_context.url_adapter


def _build_mounted(
    app: Flask,
    endpoint: str,
    values: dict[str, Any],
    anchor: str | None,
    method: str | None,
    scheme: str | None,
    external: bool | None,
) -> str:
    """Build a path outside a request, where only Django knows the prefix."""
    # The module is loaded already if the application is mounted.
    from .bridge.mounts import mount_prefix

    prefix = None if external or scheme else mount_prefix(app)
    if prefix is None:
        raise RuntimeError(_NO_HOST)
    adapter = app.url_map.bind("localhost", script_name=f"{prefix}/")
    app.inject_url_defaults(endpoint, values)
    try:
        url = adapter.build(endpoint, values, method=method)
    except BuildError as error:
        values.update(_anchor=anchor, _method=method, _scheme=scheme, _external=external)
        return app.handle_url_build_error(error, endpoint, values)
    if endpoint[-6:] == "static":
        url = _prefer_collected(app, endpoint, values, url)
    return _with_anchor(url, anchor)


def _build_djangos(
    app: Flask,
    name: str,
    values: dict[str, Any],
    anchor: str | None,
    scheme: str | None,
    external: bool | None,
) -> str | None:
    """Build the URL of one of Django's names, ``admin:index``; ``None`` if there is none."""
    if name in app.url_map._rules_by_endpoint:
        return None
    from .bridge.reversing import reverse_django_name

    request_context = get_request_context()
    request = None if request_context is None else request_context.request
    path = reverse_django_name(name, values, request)
    if path is None:
        return None
    adapter = (
        _adapter_without_request(app) if request_context is None else request_context.url_adapter
    )
    if external is None:
        external = scheme is not None or (request is None and adapter is not None)
    if not external:
        return _with_anchor(path, anchor)
    if adapter is None:
        raise RuntimeError(_NO_HOST)
    return _with_anchor(f"{scheme or adapter.url_scheme}://{adapter.get_host(None)}{path}", anchor)
