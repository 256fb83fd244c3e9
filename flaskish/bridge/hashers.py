"""Passwords that Werkzeug hashed, in a project's table of users.

Werkzeug: ``generate_password_hash``. Django: ``PASSWORD_HASHERS``.

Appended to ``PASSWORD_HASHERS``, the entries of :data:`WERKZEUG_HASHERS` let users log in whose
hashes were copied from a Flask application. Django then hashes the password anew.
"""

from __future__ import annotations

import base64
from typing import Any

from django.contrib.auth.hashers import BasePasswordHasher, ScryptPasswordHasher, mask_hash
from django.utils.translation import gettext_noop as _

from ..werkzeug.security import _hash_internal, check_password_hash

#: What to append to ``PASSWORD_HASHERS``.
WERKZEUG_HASHERS = [
    f"flaskish.bridge.hashers.{name}"
    for name in (
        "ScryptHasher",
        "WerkzeugScryptHasher",
        "WerkzeugPBKDF2Hasher",
        "Werkzeug23PBKDF2Hasher",
        "Werkzeug20PBKDF2Hasher",
        "Werkzeug015PBKDF2Hasher",
        "Werkzeug012PBKDF2Hasher",
        "Werkzeug09PBKDF2Hasher",
    )
]


def to_django_hash(pwhash: str) -> str:
    """Rewrite a hash of Werkzeug's as Django's hashers write it, which fits its field.

    :param pwhash: What ``generate_password_hash`` returned, with whatever parameters.
    :return: The same hash for ``pbkdf2_sha256``, ``pbkdf2_sha1`` or ``scrypt``; the last one needs
        :class:`ScryptHasher`.
    :raises ValueError: Django has no hasher for it.
    """
    method, _, rest = pwhash.partition("$")
    salt, _, digest = rest.partition("$")
    name, *parameters = method.split(":")
    try:
        encoded = base64.b64encode(bytes.fromhex(digest)).decode("ascii")
    except ValueError:
        encoded = ""
    if encoded and salt and name == "scrypt" and len(parameters) == 3:
        n, r, p = map(int, parameters)
        return f"scrypt${n}${salt}${r}${p}${encoded}"
    if encoded and salt and name == "pbkdf2" and len(parameters) == 2:
        hash_name, iterations = parameters[0], int(parameters[1])
        if hash_name in ("sha256", "sha1"):
            return f"pbkdf2_{hash_name}${iterations}${salt}${encoded}"
    raise ValueError(
        f"A hash made by {method!r} cannot be rewritten: Django has hashers for 'scrypt:N:r:p',"
        " 'pbkdf2:sha256:iterations' and 'pbkdf2:sha1:iterations'. Let the user set a new password."
    )


class ScryptHasher(ScryptPasswordHasher):
    """Django's scrypt for any parameters, those of Werkzeug included.

    Its own class gives OpenSSL's function less memory than Werkzeug's parameters need.
    """

    def encode(
        self,
        password: str,
        salt: str,
        n: int | None = None,
        r: int | None = None,
        p: int | None = None,
    ) -> str:
        n, r, p = n or self.work_factor, r or self.block_size, p or self.parallelism
        # Hashers are shared by threads, so the limit belongs to an object of this call.
        hasher = ScryptPasswordHasher()
        # OpenSSL needs a little more than the 128 of the definition.
        hasher.maxmem = 132 * n * r * p
        return hasher.encode(password, salt, n, r, p)

    def verify(self, password: str, encoded: str) -> bool:
        try:
            return super().verify(password, encoded)
        except (ValueError, AssertionError, OverflowError, MemoryError):
            return False


class _WerkzeugHasher(BasePasswordHasher):
    """Reads hashes of Werkzeug's as they are; their method is the name of the algorithm."""

    algorithm: str

    def encode(self, password: str, salt: str) -> str:
        self._check_encode_args(password, salt)  # type: ignore[attr-defined]
        digest, method = _hash_internal(self.algorithm, salt, password)
        return f"{method}${salt}${digest}"

    def decode(self, encoded: str) -> dict[str, Any]:
        # What is missing of a malformed one is empty: the admin shows users whose hash is one, too.
        algorithm, salt, digest, *_ = *encoded.split("$", 2), "", ""
        return {"algorithm": algorithm, "salt": salt, "hash": digest}

    def verify(self, password: str, encoded: str) -> bool:
        return check_password_hash(encoded, password)

    def safe_summary(self, encoded: str) -> dict[Any, Any]:
        decoded = self.decode(encoded)
        return {
            _("algorithm"): decoded["algorithm"],
            _("salt"): mask_hash(decoded["salt"]),
            _("hash"): mask_hash(decoded["hash"]),
        }

    def must_update(self, encoded: str) -> bool:
        return True

    def harden_runtime(self, password: str, encoded: str) -> None:
        """Do nothing: Django asks for it only of its first hasher, which this one is not to be."""


class WerkzeugScryptHasher(_WerkzeugHasher):
    """The default of Werkzeug since 2.3."""

    algorithm = "scrypt:32768:8:1"


class WerkzeugPBKDF2Hasher(_WerkzeugHasher):
    """``pbkdf2`` of Werkzeug since 3.1."""

    algorithm = "pbkdf2:sha256:1000000"


class Werkzeug23PBKDF2Hasher(_WerkzeugHasher):
    """``pbkdf2`` of Werkzeug 2.3 and 3.0."""

    algorithm = "pbkdf2:sha256:600000"


class Werkzeug20PBKDF2Hasher(_WerkzeugHasher):
    """The default of Werkzeug 2.0 to 2.2."""

    algorithm = "pbkdf2:sha256:260000"


class Werkzeug015PBKDF2Hasher(_WerkzeugHasher):
    """The default of Werkzeug 0.15 to 1.0."""

    algorithm = "pbkdf2:sha256:150000"


class Werkzeug012PBKDF2Hasher(_WerkzeugHasher):
    """The default of Werkzeug 0.12 to 0.14."""

    algorithm = "pbkdf2:sha256:50000"


class Werkzeug09PBKDF2Hasher(_WerkzeugHasher):
    """The default of Werkzeug 0.9 to 0.11."""

    algorithm = "pbkdf2:sha1:1000"
