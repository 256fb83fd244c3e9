"""What applications and blueprints are made with: folders, paths, names.

Flask: Application Object, Blueprint Objects.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from flaskish import Blueprint, Flask, url_for
from flaskish.scaffold import Scaffold, _endpoint_from_view_func


def make(kind: type[Scaffold], **options: Any) -> Any:
    return Flask("own", **options) if kind is Flask else Blueprint("own", "own", **options)


@pytest.mark.parametrize("kind", [Flask, Blueprint])
@pytest.mark.parametrize(
    ("options", "folder", "url_path"),
    [
        ({"static_folder": "static"}, "static", "/static"),
        ({"static_folder": "assets/"}, "assets", "/assets"),
        ({"static_folder": Path("deep") / "files"}, "deep/files", "/files"),
        ({"static_folder": "/srv/files"}, "/srv/files", "/files"),
        ({"static_folder": "static", "static_url_path": "/s/"}, "static", "/s"),
        ({"static_folder": "static", "static_url_path": ""}, "static", ""),
        ({"static_folder": None}, None, None),
        ({"static_folder": None, "static_url_path": "/s"}, None, "/s"),
    ],
)
def test_static_folder_and_its_url(
    tmp_path: Path,
    kind: type[Scaffold],
    options: dict[str, Any],
    folder: str | None,
    url_path: str | None,
) -> None:
    made = make(kind, root_path=str(tmp_path), **options)
    assert made.static_folder == (None if folder is None else str(tmp_path / folder))
    assert made.has_static_folder is (folder is not None)
    assert made.static_url_path == url_path


def test_static_folder_may_be_set_later(tmp_path: Path) -> None:
    app = Flask("own", root_path=str(tmp_path), static_folder=None)
    assert "static" not in app.view_functions
    app.static_folder = "files"
    assert (app.static_folder, app.static_url_path) == (str(tmp_path / "files"), "/files")


def test_static_files_at_the_root_leave_other_pages(tmp_path: Path) -> None:
    (tmp_path / "static").mkdir()
    (tmp_path / "static" / "a.txt").write_text("file")
    app = Flask("own", root_path=str(tmp_path), static_url_path="")
    app.add_url_rule("/page", "page", lambda: url_for("static", filename="a.txt"))
    client = app.test_client()
    assert client.get("/page").text == "/a.txt"
    with client.get("/a.txt") as response:
        assert response.text == "file"
    assert client.get("/missing").status_code == 404


def test_static_file_of_an_application_without_a_folder() -> None:
    app = Flask("own", static_folder=None)
    with app.test_request_context(), pytest.raises(RuntimeError, match="'static_folder' must be"):
        app.send_static_file("a.txt")


@pytest.mark.parametrize(
    "options",
    [
        {"host_matching": True},
        {"static_host": "example.com"},
    ],
)
def test_static_host_goes_with_host_matching(options: dict[str, Any]) -> None:
    with pytest.raises(AssertionError, match="Invalid static_host/host_matching combination"):
        Flask("own", **options)
    Flask("own", static_folder=None, host_matching=True)


@pytest.mark.parametrize("kind", [Flask, Blueprint])
def test_template_folder_is_relative_to_the_root_path(tmp_path: Path, kind: Any) -> None:
    made = make(kind, root_path=str(tmp_path), template_folder="pages")
    assert made.jinja_loader.searchpath == [str(tmp_path / "pages")]
    assert make(kind, template_folder=None).jinja_loader is None


def test_names_are_told_by_repr() -> None:
    assert repr(Flask("own")) == "<Flask 'own'>"
    assert repr(Blueprint("pages", "own")) == "<Blueprint 'pages'>"


def test_program_is_named_by_its_file(monkeypatch: pytest.MonkeyPatch) -> None:
    import __main__

    def make_in_program() -> Flask:
        return Flask("__main__", root_path="/srv", instance_path="/srv/instance")

    monkeypatch.setattr(__main__, "__file__", "/srv/shop.py", raising=False)
    assert make_in_program().name == "shop"
    monkeypatch.delattr(__main__, "__file__")
    assert make_in_program().name == "__main__"


@pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete"])
def test_shortcut_for_a_method_takes_no_methods(method: str) -> None:
    app = Flask("own")
    getattr(app, method)("/")(lambda: "")
    (rule,) = app.url_map.iter_rules("<lambda>")
    assert method.upper() in (rule.methods or ())
    with pytest.raises(TypeError, match="Use the 'route' decorator"):
        getattr(app, method)("/", methods=["GET"])


def test_rule_needs_a_view_or_an_endpoint() -> None:
    with pytest.raises(AssertionError):
        _endpoint_from_view_func(None)
    with pytest.raises(AssertionError):
        Flask("own").add_url_rule("/")


def test_decorators_return_the_function() -> None:
    app = Flask("own")

    def function(*args: Any) -> None: ...

    for register in (
        app.route("/"),
        app.endpoint("other"),
        app.before_request,
        app.after_request,
        app.teardown_request,
        app.teardown_appcontext,
        app.context_processor,
        app.url_value_preprocessor,
        app.url_defaults,
        app.errorhandler(404),
        app.template_filter(),
        app.template_test(),
        app.template_global(),
        app.shell_context_processor,
    ):
        assert register(function) is function  # type: ignore[operator]
