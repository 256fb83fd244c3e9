"""Types of command line parameters: certificates and lists of paths.

Flask: ``flask run --cert``, ``--extra-files``. Django: none.
"""

from __future__ import annotations

from typing import Any

import click

from .werkzeug._certificates import NO_CRYPTOGRAPHY
from .werkzeug.utils import import_string


def _is_ssl_context(value: Any) -> bool:
    try:
        import ssl
    except ImportError:
        return False
    return isinstance(value, ssl.SSLContext)


class CertParamType(click.ParamType):  # type: ignore[type-arg]
    """A certificate file, ``adhoc``, or the import name of an ``SSLContext``."""

    name = "path"

    def __init__(self) -> None:
        self.path_type = click.Path(exists=True, dir_okay=False, resolve_path=True)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        try:
            import ssl  # noqa: F401 - Python may have been built without it.
        except ImportError:
            raise click.BadParameter(
                'Using "--cert" requires Python to be compiled with SSL support.', ctx, param
            ) from None
        try:
            return self.path_type(value, param, ctx)
        except click.BadParameter:
            name = click.STRING(value, param, ctx).lower()
            if name == "adhoc":
                self._check_adhoc(param, ctx)
                return name
            found = import_string(name, silent=True)
            if _is_ssl_context(found):
                return found
            raise

    @staticmethod
    def _check_adhoc(param: click.Parameter | None, ctx: click.Context | None) -> None:
        try:
            import cryptography  # noqa: F401
        except ImportError:
            raise click.BadParameter(NO_CRYPTOGRAPHY, ctx, param) from None


def _validate_key(ctx: click.Context, param: click.Parameter, value: Any) -> Any:
    """Check that a key goes with the certificate; the two become the parameter ``cert``."""
    cert = ctx.params.get("cert")
    is_adhoc = cert == "adhoc"
    is_context = _is_ssl_context(cert)
    if value is None:
        if cert and not (is_adhoc or is_context):
            raise click.BadParameter('Required when using "--cert".', ctx, param)
        return None
    if is_adhoc:
        raise click.BadParameter('When "--cert" is "adhoc", "--key" is not used.', ctx, param)
    if is_context:
        raise click.BadParameter(
            'When "--cert" is an SSLContext object, "--key" is not used.', ctx, param
        )
    if not cert:
        raise click.BadParameter('"--cert" must also be specified.', ctx, param)
    ctx.params["cert"] = cert, value
    return value


class SeparatedPathType(click.Path):
    """Several paths with the system's separator between them."""

    def convert(
        self,
        value: Any,
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> Any:
        convert_one = super().convert
        return [convert_one(item, param, ctx) for item in self.split_envvar_value(value)]
