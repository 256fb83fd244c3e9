"""``manage.py load_demo_data``: a user and a few links to look at.

Flask: none. Django: a management command.
"""

from argparse import ArgumentParser
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand

from ...models import Link

NAME = PASSWORD = "demo"

LINKS = {
    "django": ("https://www.djangoproject.com/", "Django"),
    "flask": ("https://flask.palletsprojects.com/", "Flask's documentation"),
    "jinja": ("https://jinja.palletsprojects.com/", "Jinja"),
}

PAGES = {
    "/": "home, a Django view",
    "/links/": "link shortener, a flaskish app",
    "/links/api/links": "its JSON API",
    "/pictures/": "album, a flaskish app",
    "/desk/": "help desk, a flaskish app",
    "/preferences/": "preferences, a flaskish app",
    "/hooks/": "webhook, a flaskish app",
    "/hello/": "hello world, a flaskish app",
    "/decorators/": "Django's decorators, a flaskish app",
    "/workshop/": "behind the scenes, a flaskish app",
    "/admin/": "Django's admin",
}


class Command(BaseCommand):
    help = "Creates the demo user and some links, unless they exist, and prints the addresses."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--address", default="127.0.0.1:8000", help="Where it will be served.")

    def handle(self, *args: Any, address: str, **options: Any) -> None:
        users = get_user_model().objects
        user = users.filter(username=NAME).first() or users.create_superuser(
            NAME, "demo@example.com", PASSWORD
        )
        for code, (target, title) in LINKS.items():
            Link.objects.get_or_create(
                code=code, defaults={"target": target, "title": title, "owner": user}
            )
        self.stdout.write("The demo project:")
        for path, what in PAGES.items():
            self.stdout.write(f"  http://{address}{path:<18} {what}")
        self.stdout.write(f"Log in with the name {NAME!r} and the password {PASSWORD!r}.")
