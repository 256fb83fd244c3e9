"""URLs in ASCII and in Unicode."""

from __future__ import annotations

import pytest

from flaskish.werkzeug.urls import iri_to_uri, uri_to_iri


@pytest.mark.parametrize(
    ("iri", "uri"),
    [
        ("/ü?ö=ä#ß", "/%C3%BC?%C3%B6=%C3%A4#%C3%9F"),
        ("http://bücher.example:8080/", "http://xn--bcher-kva.example:8080/"),
        ("http://über:gehéim@example.com/", "http://%C3%BCber:geh%C3%A9im@example.com/"),
        ("http://[::1]:5000/a", "http://[::1]:5000/a"),
        ("/a b%20c%", "/a%20b%20c%"),
        ("/path;p=1,2(3)", "/path;p=1,2(3)"),
        ("/path?a=1&b=%20", "/path?a=1&b=%20"),
        ("/path?", "/path"),
        ("//host/path", "//host/path"),
        ("itms-services://?action=x", "itms-services://?action=x"),
        ("", ""),
    ],
)
def test_characters_are_encoded(iri: str, uri: str) -> None:
    assert iri_to_uri(iri) == uri
    assert iri_to_uri(uri) == uri


@pytest.mark.parametrize(
    ("uri", "iri"),
    [
        ("/%C3%BC?%C3%B6=%C3%A4#%C3%9F", "/ü?ö=ä#ß"),
        ("http://xn--bcher-kva.example/", "http://bücher.example/"),
        ("/a%20b%2Fc%25", "/a%20b%2Fc%25"),
        ("/?a=%26%3D%2B%23", "/?a=%26%3D%2B%23"),
        ("http://u%40v@example.com/", "http://u%40v@example.com/"),
        ("/%FF%C3%BC", "/%FFü"),
        ("/%0D%0A", "/%0D%0A"),
        ("/%7Euser", "/~user"),
    ],
)
def test_characters_are_decoded_as_far_as_that_is_unambiguous(uri: str, iri: str) -> None:
    assert uri_to_iri(uri) == iri


@pytest.mark.parametrize("uri", ["/%C3%BC%2F%25?a=%26&b=%C3%A4#x", "http://xn--bcher-kva.example/"])
def test_url_survives_both_ways(uri: str) -> None:
    assert iri_to_uri(uri_to_iri(uri)) == uri
