"""Password hashes in Werkzeug's formats, and the safe joining of paths.

Werkzeug: ``werkzeug.security``. Django: ``django.contrib.auth.hashers``, ``safe_join``.
"""

from __future__ import annotations

import os
import posixpath

#: The characters of a salt.
SALT_CHARS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
DEFAULT_PBKDF2_ITERATIONS = 1_000_000

#: What separates folders beside the slash.
_os_alt_seps = [sep for sep in (os.sep, os.path.altsep) if sep is not None and sep != "/"]
_windows_device_files = frozenset(
    (
        *("AUX", "CON", "CONIN$", "CONOUT$", "NUL", "PRN"),
        *(f"COM{digit}" for digit in "123456789¹²³"),
        *(f"LPT{digit}" for digit in "123456789¹²³"),
    )
)


def gen_salt(length: int) -> str:
    """Make a random salt.

    :param length: The number of characters.
    :raises ValueError: It is not positive.
    """
    if length <= 0:
        raise ValueError("Salt length must be at least 1.")
    # Loaded by the first password: Django's module reads settings classes.
    from django.utils.crypto import get_random_string

    return get_random_string(length, SALT_CHARS)


def _hash_internal(method: str, salt: str, password: str) -> tuple[str, str]:
    """Return the hash, and the method with all its parameters.

    :raises ValueError: The method or its parameters make no sense.
    """
    name, *parameters = method.split(":")
    if name == "scrypt":
        return _hash_scrypt(parameters, salt, password)
    if name == "pbkdf2":
        return _hash_pbkdf2(parameters, salt, password)
    raise ValueError(f"Invalid hash method '{name}'.")


def _hash_scrypt(parameters: list[str], salt: str, password: str) -> tuple[str, str]:
    from hashlib import scrypt

    try:
        n, r, p = map(int, parameters) if parameters else (2**15, 8, 1)
    except ValueError:
        raise ValueError("'scrypt' takes 3 arguments.") from None
    if min(n, r, p) < 1:
        raise ValueError("The arguments of 'scrypt' are positive.")
    # OpenSSL needs a little more than the 128 of the definition, and its own limit is lower.
    maxmem = 132 * n * r * p
    digest = scrypt(_encoded(password), salt=salt.encode(), n=n, r=r, p=p, maxmem=maxmem)
    return digest.hex(), f"scrypt:{n}:{r}:{p}"


def _hash_pbkdf2(parameters: list[str], salt: str, password: str) -> tuple[str, str]:
    from hashlib import pbkdf2_hmac

    if len(parameters) > 2:
        raise ValueError("'pbkdf2' takes 2 arguments.")
    hash_name = parameters[0] if parameters else "sha256"
    iterations = int(parameters[1]) if len(parameters) == 2 else DEFAULT_PBKDF2_ITERATIONS
    digest = pbkdf2_hmac(hash_name, _encoded(password), salt.encode(), iterations)
    return digest.hex(), f"pbkdf2:{hash_name}:{iterations}"


def _encoded(password: str) -> bytes:
    # JSON has ways to write characters that UTF-8 has not; a password may be anything.
    return password.encode("utf-8", "surrogatepass")


def generate_password_hash(password: str, method: str = "scrypt", salt_length: int = 16) -> str:
    """Hash a password for storage.

    :param password: The password.
    :param method: ``scrypt:N:r:p`` or ``pbkdf2:hash:iterations``; parameters may be left out.
    :param salt_length: The number of characters of the salt.
    :raises ValueError: The method makes no sense.
    """
    salt = gen_salt(salt_length)
    digest, full_method = _hash_internal(method, salt, password)
    return f"{full_method}${salt}${digest}"


def check_password_hash(pwhash: str, password: str) -> bool:
    """Tell whether a password is the one that was hashed.

    :param pwhash: What :func:`generate_password_hash` returned, here or in Werkzeug.
    :param password: The password.
    :return: Also false if the hash is malformed.
    """
    from django.utils.crypto import constant_time_compare

    try:
        method, salt, digest = pwhash.split("$", 2)
        # Differs from Flask: parameters that make no sense are no error either.
        computed = _hash_internal(method, salt, password)[0]
        return constant_time_compare(computed, digest)
    except (ValueError, OverflowError, MemoryError):
        return False


def safe_join(directory: str, *untrusted: str) -> str | None:
    """Join paths from a user to a folder.

    :param directory: The folder.
    :param untrusted: The paths.
    :return: The joined path; ``None`` if it would leave the folder.
    """
    parts = [directory or "."]
    for part in untrusted:
        if not part:
            continue
        normal = posixpath.normpath(part)
        if _leaves_folder(normal):
            return None
        parts.append(normal)
    return posixpath.join(*parts)


def _leaves_folder(path: str) -> bool:
    return (
        "\0" in path
        or os.path.isabs(path)
        or path.startswith(("/", "../"))
        or path == ".."
        or (_os_alt_seps and any(separator in path for separator in _os_alt_seps))
        # A colon stands behind a drive, or in front of a second stream of a file.
        or (os.name == "nt" and (":" in path or any(map(_is_device, path.split("/")))))
    )


def _is_device(segment: str) -> bool:
    name = segment.partition(":")[0].partition(".")[0]
    return name.strip().upper() in _windows_device_files
