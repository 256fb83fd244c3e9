"""Password hashes in Werkzeug's formats, and the safe joining of paths."""

from __future__ import annotations

import pytest

from flaskish.werkzeug.security import (
    check_password_hash,
    gen_salt,
    generate_password_hash,
    safe_join,
)

# Cheap parameters, so that the tests are quick.
QUICK = "scrypt:1024:8:1"

#: Written by Werkzeug 3.1.9 for the password "pässword".
WERKZEUG_HASHES = [
    "scrypt:32768:8:1$salt1234$d3d22ed7afe5c9888539a507d28207d97aed0871934e772473e84c3dde5c8c70"
    "48aa91f5b3c1d7a561f86b8aa9735c7c5a1dbf7d4a660fd0927e7ca71691d36d",
    "scrypt:1024:8:1$salt1234$d3d2ea043d77ca4ed67d00beb75fc5b68a48bfbc27b6dc972a44d87850f60cf8"
    "6a7e7aef11091d9c4218aefdc669e1bb02e6a39ddd48dfffbe85ec4c74465867",
    "pbkdf2:sha256:10$salt1234$50a839781c4a5844a806c7cfdc31181bea4bd5fd6612e601f2951b1f54454afe",
    "pbkdf2:sha1:10$salt1234$a44119c3208318325e3976e4848928a70a7e2eb4",
]


@pytest.mark.parametrize("stored", WERKZEUG_HASHES, ids=lambda stored: stored.partition("$")[0])
def test_hash_of_werkzeug_is_read(stored: str) -> None:
    assert check_password_hash(stored, "pässword")
    assert not check_password_hash(stored, "password")


def test_hash_is_scrypt_by_default() -> None:
    method, salt, digest = generate_password_hash("secret").split("$")
    assert method == "scrypt:32768:8:1"
    assert len(salt) == 16
    assert len(digest) == 128


def test_pbkdf2_has_sha256_and_a_million_iterations_by_default(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("hashlib.pbkdf2_hmac", lambda *args: repr(args[::3]).encode())
    method, _, digest = generate_password_hash("secret", "pbkdf2").split("$")
    assert method == "pbkdf2:sha256:1000000"
    assert bytes.fromhex(digest) == b"('sha256', 1000000)"


@pytest.mark.parametrize("method", [QUICK, "pbkdf2:sha256:5", "pbkdf2:sha512:5"])
def test_hash_names_its_method_and_matches_its_password(method: str) -> None:
    stored = generate_password_hash("sécret", method)
    assert stored.startswith(f"{method}$")
    assert check_password_hash(stored, "sécret")
    assert not check_password_hash(stored, "sécret ")


def test_same_password_has_another_hash_each_time() -> None:
    assert generate_password_hash("secret", QUICK) != generate_password_hash("secret", QUICK)


def test_salt_has_the_wanted_length() -> None:
    assert len(generate_password_hash("secret", QUICK, salt_length=8).split("$")[1]) == 8


@pytest.mark.parametrize(
    ("method", "message"),
    [
        ("md5", "Invalid hash method 'md5'"),
        ("plain", "Invalid hash method 'plain'"),
        ("scrypt:1024", "'scrypt' takes 3 arguments"),
        ("scrypt:a:b:c", "'scrypt' takes 3 arguments"),
        ("pbkdf2:sha256:1:2", "'pbkdf2' takes 2 arguments"),
    ],
)
def test_hashing_by_an_impossible_method_fails(method: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        generate_password_hash("secret", method)


@pytest.mark.parametrize(
    "stored",
    [
        "",
        "secret",
        "$$",
        "md5$salt$00",
        "plain$$secret",
        "scrypt:1024$salt$00",
        "scrypt:3:1:1$salt$00",
        "scrypt:1048576:1000:1000$salt$00",
        "pbkdf2:nohash:1$salt$00",
        "pbkdf2:sha256:0$salt$00",
        "pbkdf2:sha256:x$salt$00",
    ],
)
def test_malformed_hash_matches_no_password(stored: str) -> None:
    assert check_password_hash(stored, "secret") is False


def test_salt_is_letters_and_digits() -> None:
    assert gen_salt(100).isalnum()
    assert gen_salt(100).isascii()


@pytest.mark.parametrize("length", [0, -1])
def test_salt_needs_a_length(length: int) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        gen_salt(length)


@pytest.mark.parametrize(
    ("untrusted", "expected"),
    [
        (["a"], "static/a"),
        (["a", "b/c"], "static/a/b/c"),
        (["", "a"], "static/a"),
        (["a/../b"], "static/b"),
        (["./a"], "static/a"),
        (["..a"], "static/..a"),
        ([], "static"),
    ],
)
def test_path_inside_the_folder_is_joined(untrusted: list[str], expected: str) -> None:
    assert safe_join("static", *untrusted) == expected


def test_empty_folder_is_the_current_one() -> None:
    assert safe_join("", "a") == "./a"


@pytest.mark.parametrize(
    "untrusted",
    [["/a"], ["//a"], [".."], ["../a"], ["a/../../b"], ["a", "../../b"], ["a", "/etc"], ["a\0b"]],
)
def test_path_out_of_the_folder_is_refused(untrusted: list[str]) -> None:
    assert safe_join("static", *untrusted) is None


@pytest.mark.parametrize("name", ["NUL", "con.txt", "a/COM1", "lpt¹", "aux ", "b/prn:stream"])
def test_device_is_refused_on_windows(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr("flaskish.werkzeug.security.os.name", "nt")
    assert safe_join("static", name) is None


def test_second_separator_of_the_system_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flaskish.werkzeug.security._os_alt_seps", ["\\"])
    assert safe_join("static", "a\\b") is None
