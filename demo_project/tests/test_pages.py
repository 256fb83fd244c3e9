"""Each page answers: those that links lead to from home, which are all that the project has.

Flask: ``url_map``. Django: the test client, ``resolver_match``.
"""

import re
from pathlib import Path

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.urls import URLPattern, get_resolver, resolve

from flaskish.bridge.mounts import mounts

#: Pages that fail, for people to see how.
FAILING = {
    "/workshop/errors/Http404": 404,
    "/workshop/errors/PermissionDenied": 403,
    "/workshop/errors/SuspiciousOperation": 400,
    "/workshop/errors/BadRequest": 400,
    "/workshop/outage": 503,
    "/workshop/broken": 500,
    "/workshop/broken-page": 500,
}


def crawl(client):
    """Follow all links from home but those of the admin; return the answers by path."""
    answers, waiting = {}, ["/"]
    while waiting:
        path = waiting.pop()
        response = answers[path] = client.get(path)
        text = "" if response.streaming else response.text
        response.close()
        found = re.findall(r'(?:href|src)="(/[^"#]*)"', text)
        found.append(response.headers.get("Location", ""))
        waiting += {each for each in found if each.startswith("/")} - {*answers, *waiting}
        waiting = [each for each in waiting if not re.match("/(admin/.|static/)", each)]
    return answers


def test_each_page_answers_and_can_be_found(admin_client, admin_user, link):
    link.owner = admin_user
    link.save()
    default_storage.save("a.png", ContentFile(b"png"))
    admin_client.raise_request_exception = False
    answers = crawl(admin_client)
    failed = {path: each.status_code for path, each in answers.items() if each.status_code >= 400}
    assert failed == FAILING
    names = {each.resolver_match.view_name for each in answers.values()}
    patterns = [each for each in get_resolver().url_patterns if isinstance(each, URLPattern)]
    assert {pattern.name for pattern in patterns} - {"logout"} <= names
    for mount in mounts():
        rules = [rule for rule in mount.app.url_map.iter_rules() if "GET" in rule.methods]
        pages = {rule.endpoint for rule in rules} - {"static", "included_archive"}
        assert {f"{mount.name}:{page}" for page in pages} <= names


def test_pages_that_the_documentation_names_exist():
    page = Path(__file__).parents[2] / "docs" / "integration.md"
    # In the last cell of each row.
    cells = re.findall(r"\|([^|]*)\|$", page.read_text(encoding="utf-8"), re.M)
    paths = set(re.findall(r"`(/[^`]*)`", "".join(cells)))
    assert len(paths) > 30
    assert [path for path in paths if "unmatched" in resolve(path).route] == []
