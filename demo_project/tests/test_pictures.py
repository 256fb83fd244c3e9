"""The album: uploads in a storage, and responses of Django from views of Flask.

Flask: the views. Django: storages, ``TemplateResponse``, ``FileResponse``, the cache.
"""

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from pytest_django.asserts import assertContains, assertRedirects, assertTemplateUsed


@pytest.fixture
def picture():
    return default_storage.save("sea.png", ContentFile(b"blue"))


def test_upload_is_saved_by_the_storage_and_shown(member):
    file = SimpleUploadedFile("../sea.png", b"blue")
    response = member.post("/pictures/", {"picture": file}, follow=True)
    assertContains(response, "sea.png is in the album.")
    assertContains(response, 'src="/pictures/sea.png"')
    with default_storage.open("sea.png") as saved:
        assert saved.read() == b"blue"


def test_second_upload_of_a_name_gets_another_name(member, picture):
    member.post("/pictures/", {"picture": SimpleUploadedFile("sea.png", b"red")})
    assert len(default_storage.listdir("")[1]) == 2


def test_form_of_django_refuses_other_files(member):
    response = member.post("/pictures/", {"picture": SimpleUploadedFile("page.html", b"<b>")})
    assertContains(response, "File extension “html” is not allowed.", status_code=422)
    assert not default_storage.exists("page.html")


def test_upload_that_is_too_large_is_refused_by_the_application(member):
    file = SimpleUploadedFile("sea.png", b"x" * 2_000_001)
    response = member.post("/pictures/", {"picture": file})
    assertContains(response, "To the pictures", status_code=413)


def test_template_response_is_rendered_after_the_middleware_has_added_to_it(client):
    response = client.get("/pictures/")
    assertTemplateUsed(response, "pictures/index.html")
    assertContains(response, settings.ANNOUNCEMENT)
    assert response.context_data["names"] == []


def test_file_response_sends_the_picture(client, picture):
    response = client.get("/pictures/sea.png")
    assert (response["Content-Type"], response.getvalue()) == ("image/png", b"blue")


def test_picture_that_is_not_there_is_answered_by_the_application(client):
    response = client.get("/pictures/nothing.png")
    assertContains(response, "To the pictures", status_code=404)


def test_size_of_the_album_comes_from_the_cache(client, picture):
    assertContains(client.get("/pictures/"), "4\xa0bytes")
    default_storage.save("other.png", ContentFile(b"red"))
    assertContains(client.get("/pictures/"), "4\xa0bytes")


def test_upload_and_deletion_are_for_members(client, member, picture):
    assertRedirects(member.post("/pictures/sea.png/delete"), "/pictures/")
    assert not default_storage.exists("sea.png")
    member.logout()
    assertRedirects(client.post("/pictures/"), "/login/?next=/pictures/")
