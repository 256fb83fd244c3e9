"""Serves an application with threads, and counts what its connections leave on the server.

Flask: Development Server. Django: ``CONN_MAX_AGE``, which the end of a thread overrules.

Run as a program: ``python serve.py DATABASE``. Prints how many sessions PostgreSQL had during the
requests and, after a while, behind them.
"""

from __future__ import annotations

import json
import sys
import time
from threading import Thread
from typing import Any
from urllib.request import urlopen

import psycopg

from flaskish import Flask
from flaskish.werkzeug.serving import make_server

#: What PostgreSQL knows the application's sessions by.
NAME = "flaskish-tests"


def main(database: str) -> None:
    place = json.loads(database)
    place.update(CONN_MAX_AGE=60, OPTIONS={"application_name": NAME})
    app = Flask("served", django={"DATABASES": {"default": place}})

    @app.get("/")
    def index() -> str:
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return str(count_sessions(place))

    server = make_server("127.0.0.1", 0, app, threaded=True)
    Thread(target=server.serve_forever, daemon=True).start()
    during = []
    for _ in range(3):
        with urlopen(f"http://127.0.0.1:{server.port}/", timeout=60) as response:
            during.append(int(response.read()))
    deadline = time.monotonic() + 30
    while (behind := count_sessions(place)) and time.monotonic() < deadline:
        time.sleep(0.02)
    server.shutdown()
    json.dump({"during": max(during), "behind": behind}, sys.stdout)


def count_sessions(place: dict[str, Any]) -> int:
    with psycopg.connect(host=place["HOST"], dbname=place["NAME"], user=place["USER"]) as other:
        row = other.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE application_name = %s", (NAME,)
        ).fetchone()
        return int(row[0]) if row else 0


if __name__ == "__main__":
    main(*sys.argv[1:])
