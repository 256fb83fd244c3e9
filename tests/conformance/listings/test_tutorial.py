"""Tutorial: flaskr put together from the listings, and its tests, which are listings, too."""

from __future__ import annotations

import re

import pytest
from programs import commands_in, get

#: In the order in which the reader writes them.
PAGES = ("install", "factory", "database", "views", "templates", "static", "blog", "tests")

#: A view that the tutorial leaves to its last-but-one page, the test of which is on no page.
OMITTED = "# existing code omitted"


@pytest.fixture
def flaskr(page, folder):
    files = {}
    for name in PAGES:
        for listing in page(f"tutorial/{name}").files():
            before = files.get(listing.caption, "")
            files[listing.caption] = _put_together(before, listing.text)
    for name, text in files.items():
        folder.write(name, text)
    return folder


def _put_together(before: str, listing: str) -> str:
    if OMITTED not in listing:
        return f"{before}\n\n{listing}" if before else listing
    added = listing.partition(OMITTED)[2].rpartition("    return app")[0].strip("\n")
    start, end, _ = before.rpartition("    return app\n")
    return f"{start}{added}\n\n{end}"


def test_tests_of_flaskr_pass(flaskr, page, shell):
    (typed,) = commands_in(page("tutorial/tests")("$ pytest"))
    said = shell.run(f"{typed} -q -W error -p no:cacheprovider")
    assert re.search(r"\b24 passed", said), said


def test_flaskr_is_set_up_and_served(flaskr, page, shell):
    for name in ("database", "deploy"):
        (typed,) = commands_in(page(f"tutorial/{name}")("init-db", "$ flask"))
        assert shell.run(typed).splitlines()[-1] == "Initialized the database."
    commands = commands_in(page("tutorial/factory")("$ flask", "--debug"))
    with shell.serving(commands[0], {"FLASK_RUN_PORT": "{port}"}) as address:
        assert get(f"{address}/hello") == "Hello, World!"
        assert "Log In" in get(address)
        assert "font-family" in get(f"{address}/static/style.css")


def test_first_page_of_the_tutorial(page, run):
    assert (
        run(page("tutorial/layout")("def hello")).app.test_client().get("/").text == "Hello, World!"
    )


def test_url_of_the_style_sheet(page):
    import flask

    app = flask.Flask("static")
    with app.test_request_context():
        text = flask.render_template_string(page("tutorial/static")("url_for('static'"))
    assert text.strip() == "/static/style.css"


def test_key_of_the_deployed_application(page, folder, shell):
    listing = page("tutorial/deploy")
    (typed,) = commands_in(listing("secrets.token_hex"))
    assert len(shell.run(typed).strip()) == 64
    import flask

    folder.write("instance/config.py", listing("SECRET_KEY ="))
    app = flask.Flask("flaskr", root_path=str(folder.path), instance_relative_config=True)
    app.config.from_pyfile("config.py")
    assert app.secret_key.startswith("192b9bdd22ab")
