"""The demo project's settings, with a page that fails, and passwords that cost no time."""

from demo_project.settings import *  # noqa: F403

ROOT_URLCONF = "tests.browser.urls"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
