"""A person uses the demo project: one login, one session, one set of messages, both ways."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from .person import Person

#: Two pixels wide.
PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000020000000108020000007b40e8dd0000000d"
    "4944415478da63e0cef307220004f70191c587f0870000000049454e44ae426082"
)


def test_login_on_djangos_page_is_a_login_of_the_app(person: Person) -> None:
    person.open("/links/")
    person.follow("Log in")
    assert person.path == "/login/?next=/links/"
    person.log_in()
    assert person.path == "/links/"
    assert person.user == "ada\nLog out"


def test_page_of_the_app_that_needs_a_login_asks_for_it(person: Person) -> None:
    person.open("/links/new")
    person.log_in()
    assert person.path == "/links/new"


def test_form_with_its_token_makes_a_link_and_flashes(person: Person) -> None:
    person.open("/links/new")
    person.log_in()
    person.fill_in(target="https://example.com/", title="An example", code="example")
    person.press("Shorten")
    assert person.path == "/links/example/info"
    assert "An example now has the short address" in person.text
    person.open("/links/example/info")
    assert "now has the short address" not in person.text


def test_form_without_its_token_is_refused(person: Person) -> None:
    person.open("/links/new")
    person.log_in()
    person.driver.execute_script(
        "document.querySelectorAll('[name=csrfmiddlewaretoken]').forEach(each => each.remove())"
    )
    person.fill_in(target="https://example.com/")
    person.press("Shorten")
    assert "reload the page and send the form again" in person.text


def test_form_says_what_is_wrong_and_keeps_what_was_typed(person: Person) -> None:
    person.open("/links/new")
    person.log_in()
    person.fill_in(target="https://example.com/", code="new")
    person.press("Shorten")
    assert "This name is taken." in person.text
    field = person.driver.find_element("name", "target")
    assert field.get_attribute("value") == "https://example.com/"


def test_script_sends_json_with_the_token_of_the_cookie(person: Person) -> None:
    person.open("/links/new")
    person.log_in()
    answer = person.driver.execute_async_script(
        """
        const done = arguments[0];
        const token = document.cookie.match(/csrftoken=([^;]+)/)[1];
        fetch("/links/api/links", {
            method: "POST",
            headers: {"Content-Type": "application/json", "X-CSRFToken": token},
            body: JSON.stringify({target: "https://example.com/", code: "by-script"}),
        }).then(async response => done([response.status, await response.json()]));
        """
    )
    assert answer[0] == 201
    assert answer[1]["code"] == "by-script"


def test_file_is_uploaded(person: Person, tmp_path: Path) -> None:
    file = tmp_path / "links.csv"
    file.write_text("https://example.com/1,Première\nhttps://example.com/2,Zweite\n", "utf-8")
    person.open("/links/new")
    person.log_in()
    person.fill_in(file=str(file))
    person.press("Import")
    assert person.path == "/links/mine"
    assert "2 of 2 addresses became links." in person.text
    assert "Première" in person.text


def test_script_renames_a_link_with_the_token_in_a_header(person: Person) -> None:
    person.open("/links/new")
    person.log_in()
    person.fill_in(target="https://example.com/", code="example")
    person.press("Shorten")
    person.driver.find_element("name", "title").send_keys("The sea")
    person.press("Rename")
    assert person.heading == "The sea"


def test_picture_is_kept_by_the_storage_and_shown(
    person: Person, tmp_path: Path, settings: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    (tmp_path / "sea.png").write_bytes(PICTURE)
    person.open("/login/?next=/pictures/")
    person.log_in()
    person.fill_in(picture=str(tmp_path / "sea.png"))
    person.press("Add")
    assert "sea.png is in the album." in person.text
    width = person.driver.execute_script("return document.images[0].naturalWidth")
    assert width == 2


def test_language_and_time_zone_are_those_that_a_person_chooses(person: Person) -> None:
    person.open("/preferences/")
    person.fill_in(language="Deutsch", time_zone="Asia/Tokyo")
    person.press("Save")
    assert "Ihre Einstellungen sind gespeichert." in person.text
    assert "JST" in person.text
    person.open("/login/")
    assert "Hilfe" in person.text


def test_decorators_send_forms_with_and_without_a_token(person: Person) -> None:
    person.open("/decorators/")
    person.press("Send")
    assert "The form came with its token." in person.text
    assert "@django_decorator(csrf_protect)" in person.text


def test_page_shows_the_headers_that_middleware_added(person: Person) -> None:
    person.open("/workshop/middleware")
    person.wait_for("x-frame-options")


def test_django_form_is_sent_to_a_view_of_flask(person: Person) -> None:
    person.open("/desk/")
    person.fill_in(email="ada@example.com", text="How short is short?")
    person.press("Send")
    assert person.path == "/desk/"
    assert "Thank you. We will answer soon." in person.text


def test_message_flashed_in_the_app_shows_in_the_admin(person: Person) -> None:
    person.open("/links/new")
    person.log_in()
    # Without the page that the answer redirects to, which would show it first.
    person.driver.execute_async_script(
        """
        const done = arguments[0];
        const form = new FormData(document.querySelector("form.card"));
        form.set("target", "https://example.com/");
        fetch("/links/new", {method: "POST", body: form, redirect: "manual"}).then(done, done);
        """
    )
    person.open("/admin/")
    assert "now has the short address" in person.text
    person.open("/links/")
    assert "now has the short address" not in person.text


def test_what_the_app_makes_is_in_the_admin(person: Person) -> None:
    person.open("/links/new")
    person.log_in()
    person.fill_in(target="https://example.com/", title="An example")
    person.press("Shorten")
    person.open("/admin/shortener/link/")
    assert "An example" in person.text


@pytest.mark.parametrize(
    ("here", "there"), [("/", "/links/"), ("/links/", "/"), ("/links/", "/admin/login/")]
)
def test_logout_in_one_place_is_a_logout_of_both(person: Person, here: str, there: str) -> None:
    person.open(f"/login/?next={here}")
    person.log_in()
    assert person.path == here
    person.press("Log out")
    assert person.user == "Log in"
    person.open(there)
    assert "Log in" in person.text or "Username" in person.text
    assert "ada" not in person.text
    person.open("/links/mine")
    assert person.path == "/login/?next=/links/mine"


def test_unknown_page_of_the_app_is_the_apps(person: Person) -> None:
    person.open("/links/nothing")
    assert "Not Found" in person.text
    person.follow("To the links")
    assert person.path == "/links/"


def test_unknown_page_of_the_project_is_the_projects(person: Person) -> None:
    person.open("/nowhere")
    assert "There is no such page." in person.text
    person.follow("flaskish demo")
    assert person.path == "/"


def test_unknown_page_in_debug_mode_lists_the_apps(person: Person, settings: Any) -> None:
    settings.DEBUG = True
    person.open("/nowhere")
    assert "links/" in person.text
    assert "hello/" in person.text


def test_failing_view_shows_djangos_debug_page(person: Person, settings: Any) -> None:
    settings.DEBUG = True
    person.open("/broken/7")
    assert "ZeroDivisionError at /broken/7" in person.text
    # The line of the view, and its variables.
    assert "return str(number / divisor)" in person.text
    person.driver.execute_script("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert "divisor\n0" in person.text.replace("\t", "\n").replace(" 0", "\n0")


def test_failing_view_outside_debug_mode_shows_the_projects_page(person: Person) -> None:
    person.open("/broken/7")
    assert "Something went wrong." in person.text
    assert "ZeroDivisionError" not in person.text


def test_pages_of_both_sides_look_alike(person: Person) -> None:
    looks = []
    for path in ("/", "/links/", "/desk/", "/login/", "/nowhere", "/links/nothing"):
        person.open(path)
        looks.append([person.look_of(selector) for selector in (".bar", "nav", "main", "h1")])
    assert [look for look in looks if look != looks[0]] == []


@pytest.mark.parametrize(
    "path",
    [
        *("/", "/links/", "/links/new", "/desk/", "/login/", "/hello/", "/admin/"),
        *("/pictures/", "/preferences/", "/decorators/", "/decorators/cached"),
        *("/workshop/", "/workshop/names", "/workshop/middleware", "/workshop/log"),
    ],
)
def test_browser_has_nothing_to_complain_about(person: Person, path: str) -> None:
    person.open("/login/")
    person.log_in()
    person.complaints()
    person.open(path)
    assert person.complaints() == []
