"""What the resolver of an application finds, with the names that Django gives a match."""

from __future__ import annotations

from typing import Any

from flaskish import Flask


def _resolve(app: Flask, path: str) -> Any:
    resolver = app.urlpatterns[0]
    return resolver.resolve(path)


def test_match_of_the_applications_resolver_has_names() -> None:
    app = Flask(__name__, static_folder=None)
    app.add_url_rule("/item/<int:number>", "item", lambda number: str(number))
    match = _resolve(app, "item/3")
    assert (match.view_name, match.route, match.kwargs) == (
        "item",
        "item/<int:number>",
        {"number": 3},
    )
    assert (match.app_names, match.namespaces, match.namespace) == ([], [], "")


def test_match_shows_where_its_view_comes_from() -> None:
    app = Flask(__name__, static_folder=None)
    app.add_url_rule("/", "index", lambda: "")
    assert f"func={__name__}.index" in repr(_resolve(app, ""))
