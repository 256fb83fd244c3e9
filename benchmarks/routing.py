"""Applications with many rules.

Flask: ``add_url_rule``. Django: ``path``.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from contestants import CONTESTANTS, PREFIXES, Contestant
from drivers import WSGIDriver
from workloads import Answer, Workload

COUNTS = (10, 100, 1000, 5000)
#: The rule with a number, in Flask's words, and a path that it matches.
KINDS = {
    "static": ("/section{}/page", "/section{}/page"),
    "variable last": ("/section{}/<int:number>", "/section{}/42"),
    "variable first": ("/<name>/page{}", "/somebody/page{}"),
}


def prepare(contestant: Contestant, kind: str, count: int) -> tuple[float, dict[str, WSGIDriver]]:
    """Make an application with so many rules.

    :param kind: The kind of its rules.
    :return: The CPU seconds until the first answer, and a driver for each path to time.
    :raises RuntimeError: A path did not match as it should.
    """
    rule, path = KINDS[kind]
    rules = [rule.format(number) for number in range(count)]
    add_rules = ADDERS[next(name for name, each in CONTESTANTS.items() if each is contestant)]
    paths = {"first": 0, "middle": count // 2, "last": count - 1}
    workloads = {
        f"{kind}, {count}, {position}": _workload(path.format(number), 200)
        for position, number in paths.items()
    }
    workloads[f"{kind}, {count}, miss"] = _workload("/nowhere/at/all", 404)

    started = time.process_time()
    app = add_rules(rules)
    seconds = 0.0
    drivers = {}
    for name, workload in workloads.items():
        drivers[name] = driver = WSGIDriver(app, contestant.prefix("plain"), workload)
        answer = driver.ask()
        seconds = seconds or time.process_time() - started
        if not workload.is_right(answer):
            raise RuntimeError(f"{name}: {answer.status} {answer.body[:60]!r}")
    return seconds, drivers


def _workload(path: str, status: int) -> Workload:
    def is_right(answer: Answer) -> bool:
        return answer.status == status

    return Workload(path, path, is_right, 0)


def _add_flask_rules(framework: str) -> Callable[[list[str]], Any]:
    def add_rules(rules: list[str]) -> Any:
        from importlib import import_module

        app = import_module(framework).Flask("rules", root_path="/", static_folder=None)

        def view(**values: Any) -> str:
            return "found"

        for number, rule in enumerate(rules):
            app.add_url_rule(rule, f"page{number}", view)
        return app

    return add_rules


def _add_bottle_rules(rules: list[str]) -> Any:
    import bottle

    app = bottle.Bottle()

    def view(**values: Any) -> str:
        return "found"

    for rule in rules:
        app.route(rule.replace("<int:number>", "<number:int>"), callback=view)
    return app


def _in_project(make_urlpatterns: Callable[[list[str]], Any]) -> Callable[[list[str]], Any]:
    def add_rules(rules: list[str]) -> Any:
        from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
        from django.urls import path

        # A URLconf of its own: the root one is known to Django as it is.
        urlconf = (path(f"{PREFIXES['plain'][1:]}/", make_urlpatterns(rules)),)

        class Request(WSGIRequest):
            def __init__(self, environ: dict[str, Any]) -> None:
                super().__init__(environ)
                self.urlconf = urlconf

        class Handler(WSGIHandler):
            request_class = Request

        return Handler()

    return add_rules


def _make_flaskish_urls(rules: list[str]) -> Any:
    return _add_flask_rules("flaskish")(rules).urls


def _make_django_urls(rules: list[str]) -> Any:
    from django.http import HttpRequest, HttpResponse
    from django.urls import include, path

    def view(request: HttpRequest, **values: Any) -> HttpResponse:
        return HttpResponse("found")

    return include(
        [
            path(rule[1:].replace("<name>", "<str:name>"), view, name=f"page{number}")
            for number, rule in enumerate(rules)
        ]
    )


#: How each contestant registers rules; the others are left out.
ADDERS: dict[str, Callable[[list[str]], Any]] = {
    "flaskish": _add_flask_rules("flaskish"),
    "Flask": _add_flask_rules("flask"),
    "Bottle": _add_bottle_rules,
    "mounted": _in_project(_make_flaskish_urls),
    "Django": _in_project(_make_django_urls),
}
