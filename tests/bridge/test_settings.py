"""Django's settings as an application reads them."""

from __future__ import annotations

from django.conf import settings
from django.test import override_settings

from flaskish.bridge.settings import read_setting


def test_setting_is_read_as_it_is_now() -> None:
    assert read_setting("ALLOWED_HOSTS") == settings.ALLOWED_HOSTS
    with override_settings(ALLOWED_HOSTS=["shop.test"]):
        assert read_setting("ALLOWED_HOSTS") == ["shop.test"]
        settings.ALLOWED_HOSTS = ["other.test"]
        assert read_setting("ALLOWED_HOSTS") == ["other.test"]
    assert read_setting("ALLOWED_HOSTS") == settings.ALLOWED_HOSTS != ["other.test"]
