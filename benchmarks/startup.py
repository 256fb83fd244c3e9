"""Start-up: from an empty process to the first answer, and the memory it has then.

Flask: one of those measured. Django: one of those measured.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

_CALL_WSGI = """
from io import BytesIO
environ = {
    "REQUEST_METHOD": "GET", "SCRIPT_NAME": "", "PATH_INFO": "/", "QUERY_STRING": "",
    "SERVER_NAME": "localhost", "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1",
    "HTTP_HOST": "localhost", "wsgi.version": (1, 0), "wsgi.url_scheme": "http",
    "wsgi.input": BytesIO(), "wsgi.multithread": False, "wsgi.multiprocess": True,
    "wsgi.run_once": False,
}
assert b"".join(app(environ, lambda status, headers, exc_info=None: None)) == b"Hello, World!"
"""

_CALL_ASGI = """
import asyncio
scope = {
    "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET",
    "scheme": "http", "path": "/", "raw_path": b"/", "query_string": b"", "root_path": "",
    "headers": [(b"host", b"localhost")], "server": ("localhost", 80), "client": ("localhost", 9),
}
messages = [{"type": "http.request", "body": b"", "more_body": False}]
sent = []
async def receive():
    return messages.pop() if messages else await asyncio.get_running_loop().create_future()
async def send(message):
    sent.append(message)
asyncio.run(app(scope, receive, send))
assert b"".join(message.get("body", b"") for message in sent) == b"Hello, World!"
"""

_FLASK_HELLO = """
from {framework} import {name}
app = {name}("hello", root_path="/")
@app.route("/")
{define} hello():
    return "Hello, World!"
"""

_DJANGO_HELLO = """
import sys
from django.conf import settings
settings.configure(ALLOWED_HOSTS=["*"], ROOT_URLCONF="__main__", SECRET_KEY="key", MIDDLEWARE=[])
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.urls import path
urlpatterns = [path("", lambda request: HttpResponse("Hello, World!"))]
app = get_wsgi_application()
"""

_BOTTLE_HELLO = """
from bottle import Bottle
app = Bottle()
app.route("/")(lambda: "Hello, World!")
"""

_FLASKISH_ASGI = _FLASK_HELLO.format(framework="flaskish", name="Flask", define="async def")
_QUART = _FLASK_HELLO.format(framework="quart", name="Quart", define="async def")

PROGRAMS = {
    "Python alone": "",
    "flaskish": _FLASK_HELLO.format(framework="flaskish", name="Flask", define="def") + _CALL_WSGI,
    "Flask": _FLASK_HELLO.format(framework="flask", name="Flask", define="def") + _CALL_WSGI,
    "Django": _DJANGO_HELLO + _CALL_WSGI,
    "Bottle": _BOTTLE_HELLO + _CALL_WSGI,
    "flaskish, ASGI": _FLASKISH_ASGI + _CALL_ASGI.replace("app(scope", "app.asgi_app(scope"),
    "Quart": _QUART + _CALL_ASGI,
}

_TELL_MEMORY = """
with open("/proc/self/status") as status:
    print(next(line.split()[1] for line in status if line.startswith("VmRSS")))
"""


@dataclass
class Start:
    """The starts of one program."""

    cpu_seconds: list[float] = field(default_factory=list)
    mebibytes: list[float] = field(default_factory=list)


def measure_starts(python: Path, rounds: int) -> dict[str, Start]:
    """Start each program in turns.

    :param python: The Python of the environment.
    :param rounds: How many times; the first time, which compiles modules, does not count.
    """
    starts = {name: Start() for name in PROGRAMS}
    with tempfile.TemporaryDirectory() as folder:
        for number in range(rounds + 1):
            for index, (name, program) in enumerate(PROGRAMS.items()):
                file = Path(folder, f"program{index}.py")
                file.write_text(program + _TELL_MEMORY, encoding="utf-8")
                seconds, mebibytes = _start(python, file)
                if number:
                    starts[name].cpu_seconds.append(seconds)
                    starts[name].mebibytes.append(mebibytes)
    return starts


def _start(python: Path, file: Path) -> tuple[float, float]:
    # Compiled modules are kept, whatever the environment says.
    environment = {"PATH": os.environ["PATH"]}
    process = subprocess.Popen([python, file], env=environment, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    kibibytes = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    process.stdout.close()
    if process.returncode:
        raise RuntimeError(f"{file.name} ended with status {process.returncode}.")
    return usage.ru_utime + usage.ru_stime, int(kibibytes) / 1024
