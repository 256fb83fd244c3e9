"""The demo project with ``settings_tools.py``: the debug toolbar and htmx.

Flask: the views. Django: middleware of other packages.
"""

import re

from pytest_django.asserts import assertTemplateUsed


def test_toolbar_shows_the_route_and_the_template(client, settings, link):
    settings.DEBUG = True
    page = client.get("/links/abc/info").text
    kind, number = re.search(r'data-(request|store)-id="(\w+)"', page).groups()

    def panel(name):
        query = {f"{kind}_id": number, "panel_id": name}
        return client.get("/__debug__/render_panel/", query).json()["content"]

    assert "links:show" in panel("RequestPanel")
    assert "links/show.html" in panel("TemplatesPanel")
    assert "shortener_link" in panel("SQLPanel")


def test_htmx_gets_the_part_of_the_page_that_changes(client, link):
    assert "django_htmx/htmx-2.min.js" in client.get("/links/").text
    response = client.get("/links/?title=nothing", headers={"HX-Request": "true"})
    assertTemplateUsed(response, "links/_found.html")
    assert "No such links." in response.text
    assert "<html" not in response.text
