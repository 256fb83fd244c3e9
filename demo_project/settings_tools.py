"""The demo project with tools of other people for development: the debug toolbar, and htmx.

Flask: none. Django: settings; ``make demo-tools`` installs the packages and serves it.
"""

from .settings import *  # noqa: F403
from .settings import INSTALLED_APPS, MIDDLEWARE

INSTALLED_APPS = [*INSTALLED_APPS, "debug_toolbar", "django_htmx"]

# The toolbar is put into pages that are not compressed yet.
after_gzip = MIDDLEWARE.index("django.middleware.gzip.GZipMiddleware") + 1
MIDDLEWARE = [
    *MIDDLEWARE[:after_gzip],
    "debug_toolbar.middleware.DebugToolbarMiddleware",
    *MIDDLEWARE[after_gzip:],
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "demo_project.urls_tools"
INTERNAL_IPS = ["127.0.0.1"]
