"""Settings of the demo project, as ``django-admin startproject`` writes them.

Flask: none. Django: settings. Only for a developer's machine: the key is public and DEBUG is on.
``settings_tools.py`` and ``settings_production.py`` add what other packages and a server have.
"""

from pathlib import Path

import django

BASE_DIR = Path(__file__).resolve().parent

SECRET_KEY = "demo-only-replace-this-in-a-project-of-yours"
DEBUG = True
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "flaskish",
    "demo_project.shortener",
]

MIDDLEWARE = [
    # Reads cookies and forms before all others, by rules that strangers cannot abuse.
    "flaskish.bridge.guard.GuardMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    # The project's own, one of each kind.
    "demo_project.middleware.number_requests",
    "demo_project.middleware.use_time_zone",
    "demo_project.middleware.RouteTimes",
    "demo_project.middleware.Courtesy",
]

ROOT_URLCONF = "demo_project.urls"
WSGI_APPLICATION = "demo_project.wsgi.application"
ASGI_APPLICATION = "demo_project.asgi.application"

TEMPLATES = [
    # Lets Django's views render the Jinja pages of the applications in urls.py.
    {"BACKEND": "flaskish.bridge.templates.FlaskTemplates"},
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        # Not "templates": that folder is the one of the Flask side.
        "DIRS": [BASE_DIR / "site_templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                # Pages in Jinja have the values of these, too.
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": BASE_DIR / "demo.sqlite3",
        # An error takes back what the request wrote, also when an error handler answers it.
        "ATOMIC_REQUESTS": True,
        # Kept open for the next request of the same thread.
        "CONN_MAX_AGE": 60,
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    # Static files of the applications in urls.py.
    "flaskish.bridge.static.AppStaticFinder",
]

# Where pictures.py keeps what is uploaded.
MEDIA_ROOT = BASE_DIR / "media"

# A refused form of an application is answered by the application's own error handlers.
CSRF_FAILURE_VIEW = "flaskish.bridge.csrf.csrf_failure"

# Mail goes to the terminal.
if django.VERSION >= (6, 1):
    MAILERS = {"default": {"BACKEND": "django.core.mail.backends.console.EmailBackend"}}
else:
    EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"

# Loggers of applications have the name of their module, and go to the terminal as Django's do.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"short": {"format": "{levelname} {name}: {message}", "style": "{"}},
    "handlers": {
        "terminal": {"class": "logging.StreamHandler", "formatter": "short"},
        # Shown by workshop.py.
        "latest": {"class": "demo_project.latest_lines.LatestLines", "formatter": "short"},
    },
    "loggers": {
        "demo_project": {"handlers": ["terminal", "latest"], "level": "INFO"},
        "django.request": {"handlers": ["latest"]},
    },
}

# Who is told of errors once DEBUG is off.
ADMINS = ["admin@example.com"] if django.VERSION >= (6, 0) else [("Admin", "admin@example.com")]

LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "home"

if django.VERSION >= (6, 0):
    from django.utils.csp import CSP

    MIDDLEWARE.insert(2, "django.middleware.csp.ContentSecurityPolicyMiddleware")
    TEMPLATES[1]["OPTIONS"]["context_processors"].append("django.template.context_processors.csp")
    SECURE_CSP = {
        "default-src": [CSP.SELF],
        "img-src": [CSP.SELF, "data:"],
        "script-src": [CSP.SELF, CSP.NONCE],
    }

# Shown on pages that are a TemplateResponse, by middleware.py.
ANNOUNCEMENT = "The album is for pictures of the sea."

# Read by hooks.py.
SHORTENER_HOOK_SECRET = "demo-hook-secret"
