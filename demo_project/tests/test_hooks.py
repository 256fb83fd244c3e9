"""The webhook: a program signs its requests, and needs no token and no cookie.

Flask: JSON and error handlers. Django: the test client that checks for forged requests.
"""

import hashlib
import hmac
import json

import pytest
from django.test import Client

from demo_project.shortener.models import Link


def signed(body):
    digest = hmac.new(b"demo-hook-secret", body, hashlib.sha256).hexdigest()
    return {"X-Signature": f"sha256={digest}"}


def test_hook_describes_itself(client):
    assert client.get("/hooks/").json()["POST"] == "http://testserver/hooks/shorten"


def test_signed_hook_makes_a_link_without_a_csrf_token():
    body = json.dumps({"target": "https://example.com/"}).encode()
    response = Client(enforce_csrf_checks=True).post(
        "/hooks/shorten", body, content_type="application/json", headers=signed(body)
    )
    assert response.status_code == 201
    code = Link.objects.get().code
    assert response.json() == {"short_url": f"http://testserver/links/{code}"}


def test_hook_without_a_signature_is_refused(client):
    response = client.post("/hooks/shorten", "{}", content_type="application/json")
    assert response.status_code == 401
    assert response.json() == {"error": "The signature is missing or wrong."}


@pytest.mark.parametrize(
    ("body", "status"), [(b"{", 400), (b"[]", 422), (b'{"target": "ftp://example.com/"}', 422)]
)
def test_hook_refuses_bad_input(client, body, status):
    response = client.post(
        "/hooks/shorten", body, content_type="application/json", headers=signed(body)
    )
    assert response.status_code == status
    assert response.json()["error"]
