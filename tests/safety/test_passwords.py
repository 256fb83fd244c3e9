"""Passwords: Werkzeug's hashes work on both sides, and malformed ones are just wrong."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import global_settings
from django.contrib.auth import authenticate, get_user_model
from django.contrib.auth.hashers import PBKDF2PasswordHasher, check_password, identify_hasher
from django.test import override_settings
from django.utils.module_loading import import_string
from hypothesis import given, settings
from hypothesis import strategies as st

from flaskish.bridge.hashers import WERKZEUG_HASHERS, to_django_hash
from flaskish.werkzeug.security import check_password_hash, generate_password_hash
from tests.safety.corpora import cuts, mutations, within

# Made by Werkzeug, for the password "pa$$wörd".
OF_WERKZEUG = {
    "scrypt": (
        "scrypt:32768:8:1$s7iSHk7UGAm6jMwl$806342f9d8d4bcb7200f5ee1e6fe0515c906"
        "7b588411ef339e2259f8383e7dabb112615b3f69006db909330b87866020cfba0b2bc04fa56e0d3407ccdd26190e"
    ),
    "pbkdf2 of 2.0": (
        "pbkdf2:sha256:260000$Zxu46H6aPdUNizPr$7abfbd573b9d3cf343145278f57b1e73"
        "1726af34e31fbae8a33353175e210fda"
    ),
    "pbkdf2 of 0.15": (
        "pbkdf2:sha256:150000$AT1dcsFnHEhNvFCU$9b9c8b9b8f69b0e2ec7e77abc95fe4af"
        "0d3e389a60418282bc84249c0c64031f"
    ),
    "pbkdf2 of 0.12": (
        "pbkdf2:sha256:50000$9YZoqviq$04d92783c64a0a36550ec497e71e9199"
        "96c5090ddafe65d886b5748e098494fd"
    ),
    "pbkdf2 of 0.9": "pbkdf2:sha1:1000$L316kdGJ$2a79864c1c81bffb5009188e42a707e79cf99c1f",
}
FAST = generate_password_hash("password", "pbkdf2:sha256:1")
HASHERS = [*global_settings.PASSWORD_HASHERS, *WERKZEUG_HASHERS]


def test_no_mutation_of_a_hash_is_an_error() -> None:
    with within(10):
        for pwhash in (*cuts(FAST), *mutations(FAST, step=2)):
            assert check_password_hash(pwhash, "password") in (True, False)


@pytest.mark.parametrize(
    "pwhash",
    [
        *("", "$", "$$", "$$$", "scrypt", "scrypt$$", "scrypt:0:8:1$a$b", "scrypt:3:8:1$a$b"),
        *(
            "scrypt:a:b:c$a$b",
            "scrypt:32768:8$a$b",
            "scrypt:1073741824:8:1$a$b",
            "plain$a$password",
        ),
        *("scrypt:-1:-1:-1$a$b", "scrypt:99999999999999999999:1:1$a$b", "scrypt:32768:8:1:1$a$b"),
        *("pbkdf2:sha256:0$a$b", "pbkdf2:sha256:-1$a$b", "pbkdf2:nope:1$a$b", "pbkdf2:::$a$b"),
        *("pbkdf2:sha256:99999999999999999999$a$b", "pbkdf2:sha256:1$$", "pbkdf2:\0:1$a$b"),
        *("pbkdf2:shake_128:1$a$b", "sha256$a$b", "md5$a$b", "\ud800$\ud800$\ud800"),
        *("pbkdf2:sha256:1$a$\xe4", "pbkdf2:sha256:1$a$\ud800", "pbkdf2:sha256:1$\ud800$a"),
    ],
)
def test_a_malformed_hash_is_nobodys(pwhash: str) -> None:
    with within(1):
        assert check_password_hash(pwhash, "password") is False


@settings(max_examples=50, deadline=None, derandomize=True)
@given(st.text())
def test_any_text_is_a_password(password: str) -> None:
    pwhash = generate_password_hash(password, "pbkdf2:sha256:1")
    assert check_password_hash(pwhash, password)
    assert not check_password_hash(pwhash, f"{password}x")


def test_half_a_character_is_a_password() -> None:
    pwhash = generate_password_hash("\ud800", "pbkdf2:sha256:1")
    assert check_password_hash(pwhash, "\ud800")
    assert not check_password_hash(pwhash, "\ud801")
    assert not check_password_hash(pwhash, "?")


@pytest.mark.parametrize("pwhash", OF_WERKZEUG.values(), ids=OF_WERKZEUG.keys())
@override_settings(PASSWORD_HASHERS=HASHERS)
def test_django_reads_the_hashes_of_werkzeug(pwhash: str) -> None:
    assert check_password("pa$$wörd", pwhash)
    assert not check_password("pa$$word", pwhash)
    assert identify_hasher(pwhash).safe_summary(pwhash)["algorithm"] == pwhash.partition("$")[0]


@pytest.mark.parametrize("pwhash", OF_WERKZEUG.values(), ids=OF_WERKZEUG.keys())
@override_settings(PASSWORD_HASHERS=HASHERS)
def test_a_rewritten_hash_fits_the_field_and_is_read(pwhash: str) -> None:
    rewritten = to_django_hash(pwhash)
    assert len(rewritten) <= 128
    assert check_password("pa$$wörd", rewritten)
    assert not check_password("pa$$word", rewritten)


@pytest.mark.parametrize(
    "pwhash", ["", "scrypt$a$00", "pbkdf2:sha512:1$a$00", "scrypt:1:1:1$a$xx", "md5$a$00"]
)
def test_what_django_cannot_read_is_not_rewritten(pwhash: str) -> None:
    with pytest.raises(ValueError, match="cannot be rewritten"):
        to_django_hash(pwhash)


def test_each_entry_writes_what_it_reads() -> None:
    for name in WERKZEUG_HASHERS[-3:]:
        hasher = import_string(name)()
        encoded = hasher.encode("password", "salt")
        assert encoded.startswith(f"{hasher.algorithm}$salt$")
        assert hasher.verify("password", encoded)
        assert hasher.must_update(encoded)


@pytest.mark.django_db
@pytest.mark.parametrize("pwhash", OF_WERKZEUG.values(), ids=OF_WERKZEUG.keys())
@pytest.mark.parametrize("rewrite", [str, to_django_hash])
@override_settings(PASSWORD_HASHERS=HASHERS)
def test_an_imported_user_logs_in_and_is_upgraded(rewrite: Any, pwhash: str) -> None:
    users = get_user_model().objects
    users.create(username="somebody", password=rewrite(pwhash))
    assert authenticate(username="somebody", password="wrong") is None
    assert authenticate(username="somebody", password="pa$$wörd") is not None
    iterations = PBKDF2PasswordHasher.iterations
    assert users.get(username="somebody").password.startswith(f"pbkdf2_sha256${iterations}$")
    assert authenticate(username="somebody", password="pa$$wörd") is not None


@pytest.mark.parametrize(
    "pwhash",
    [
        *("scrypt:32768:8:1$", "scrypt:32768:8:1$a", "scrypt:32768:8:1$a$", "scrypt$1$a$1"),
        *("scrypt$a$a$a$a$a", "scrypt$0$a$0$0$a", "scrypt$3$a$8$1$a", "scrypt$1073741824$a$8$1$a"),
    ],
)
@override_settings(PASSWORD_HASHERS=HASHERS)
def test_a_malformed_hash_keeps_nobody_from_the_login_page(pwhash: str) -> None:
    assert not identify_hasher(pwhash).verify("password", pwhash)


@pytest.mark.parametrize("rest", ["", "$", "$a", "$a$", "$a$b$c", "$\xe4$\xe4"])
@override_settings(PASSWORD_HASHERS=HASHERS)
def test_a_malformed_hash_keeps_nobody_from_the_page_of_a_user(rest: str) -> None:
    """The admin shows what the hasher says of it."""
    for name in WERKZEUG_HASHERS[1:]:
        pwhash = f"{import_string(name).algorithm}{rest}"
        hasher = identify_hasher(pwhash)
        summary = hasher.safe_summary(pwhash)
        assert summary["algorithm"] == hasher.algorithm
        assert not check_password("password", pwhash)
        assert hasher.must_update(pwhash)
