"""The demo project as a server has it: collected files with hashed names, and cached pages.

Flask: none. Django: settings; ``make demo-production`` collects the files and serves it.
"""

from .settings import *  # noqa: F403
from .settings import BASE_DIR, MIDDLEWARE

DEBUG = False

# WhiteNoise serves what collectstatic collected, the files of the applications among them.
STATIC_ROOT = BASE_DIR / "collected"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"},
}

# Pages are kept for those who ask next: by its Vary header one with a session only for its owner.
CACHE_MIDDLEWARE_SECONDS = 10
MIDDLEWARE = [
    *MIDDLEWARE[:2],
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.cache.UpdateCacheMiddleware",
    *MIDDLEWARE[2:],
    "django.middleware.cache.FetchFromCacheMiddleware",
]
