"""``LiveServerTestCase`` on mounted applications: a server in a thread, the test's database."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType
from urllib.request import Request, urlopen

from django.contrib.auth.models import User
from django.contrib.staticfiles.testing import StaticLiveServerTestCase
from django.test import override_settings
from django.urls import clear_url_caches, path

from flaskish import Flask, request, stream_with_context, url_for
from flaskish.bridge.static import FINDER

app = Flask("project.live", root_path=str(Path(__file__).parents[1] / "conformance" / "apps"))


@app.route("/users", methods=["GET", "POST"])
def users() -> list[str]:
    if request.method == "POST":
        User.objects.create(username=request.form["name"])
    return [user.username for user in User.objects.order_by("username")]


@app.get("/stream")
def stream() -> object:
    return app.response_class(stream_with_context(f"{user}\n" for user in User.objects.all()))


@app.get("/where")
def where() -> str:
    return url_for("where", _external=True)


urls = ModuleType("live_urls")
urls.__dict__["urlpatterns"] = [path("live/", app.urls)]


@override_settings(
    ROOT_URLCONF=urls,
    INSTALLED_APPS=[
        "django.contrib.contenttypes",
        "django.contrib.auth",
        "django.contrib.staticfiles",
        "flaskish",
    ],
    STATIC_URL="/static/",
    STATICFILES_FINDERS=[FINDER],
)
class TestLiveServer(StaticLiveServerTestCase):
    """Requests over a socket, in a project with a mounted application."""

    def setUp(self) -> None:
        clear_url_caches()
        self.addCleanup(clear_url_caches)

    def fetch(self, target: str, data: bytes | None = None) -> str:
        with urlopen(Request(f"{self.live_server_url}{target}", data), timeout=60) as response:
            return str(response.read().decode())

    def test_app_and_test_share_the_database(self) -> None:
        User.objects.create(username="ada")
        assert self.fetch("/live/users", b"name=grace") == '["ada","grace"]\n'
        assert User.objects.filter(username="grace").exists()

    def test_response_is_streamed(self) -> None:
        User.objects.create(username="ada")
        assert self.fetch("/live/stream") == "ada\n"

    def test_requests_are_answered_at_the_same_time(self) -> None:
        with ThreadPoolExecutor(4) as pool:
            answers = set(pool.map(self.fetch, ["/live/where"] * 8))
        assert answers == {f"{self.live_server_url}/live/where"}

    def test_static_files_of_the_app_are_served(self) -> None:
        with app.app_context():
            url = url_for("static", filename="letters.txt")
        assert url == "/static/live/letters.txt"
        assert self.fetch(url) == (Path(app.static_folder or "") / "letters.txt").read_text()
