"""The configuration: attributes, loaders, and the instance folder.

Flask: Configuration Handling.
"""

from __future__ import annotations

import json
import tomllib
from datetime import timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from flaskish import Config, Flask
from flaskish.config import ConfigAttribute

#: The values that Flask's documentation names.
DOCUMENTED_DEFAULTS = {
    "APPLICATION_ROOT": "/",
    "DEBUG": None,
    "EXPLAIN_TEMPLATE_LOADING": False,
    "MAX_CONTENT_LENGTH": None,
    "MAX_COOKIE_SIZE": 4093,
    "MAX_FORM_MEMORY_SIZE": 500_000,
    "MAX_FORM_PARTS": 1_000,
    "PERMANENT_SESSION_LIFETIME": timedelta(days=31),
    "PREFERRED_URL_SCHEME": "http",
    "PROPAGATE_EXCEPTIONS": None,
    "PROVIDE_AUTOMATIC_OPTIONS": True,
    "SECRET_KEY": None,
    "SECRET_KEY_FALLBACKS": None,
    "SEND_FILE_MAX_AGE_DEFAULT": None,
    "SERVER_NAME": None,
    "SESSION_COOKIE_DOMAIN": None,
    "SESSION_COOKIE_HTTPONLY": True,
    "SESSION_COOKIE_NAME": "session",
    "SESSION_COOKIE_PARTITIONED": False,
    "SESSION_COOKIE_PATH": None,
    "SESSION_COOKIE_SAMESITE": None,
    "SESSION_COOKIE_SECURE": False,
    "SESSION_REFRESH_EACH_REQUEST": True,
    "TEMPLATES_AUTO_RELOAD": None,
    "TESTING": False,
    "TRAP_BAD_REQUEST_ERRORS": None,
    "TRAP_HTTP_EXCEPTIONS": False,
    "TRUSTED_HOSTS": None,
    "USE_X_SENDFILE": False,
}


def test_defaults_are_the_documented_ones() -> None:
    found = {key: Flask.default_config.get(key, "missing") for key in DOCUMENTED_DEFAULTS}
    assert found == DOCUMENTED_DEFAULTS


def test_defaults_cannot_be_changed_for_all_applications() -> None:
    with pytest.raises(TypeError, match="immutable"):
        Flask.default_config["DEBUG"] = True


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return Config(tmp_path, {"DEFAULT": 1})


def test_config_is_a_dict_with_defaults(config: Config) -> None:
    config["OWN"] = 2
    config.update(THIRD=3)
    assert config == {"DEFAULT": 1, "OWN": 2, "THIRD": 3}
    assert repr(config).startswith("<Config {'DEFAULT': 1")


@pytest.mark.parametrize(
    ("attribute", "key", "value"),
    [
        ("testing", "TESTING", True),
        ("secret_key", "SECRET_KEY", "hidden"),
        ("permanent_session_lifetime", "PERMANENT_SESSION_LIFETIME", timedelta(hours=1)),
        ("debug", "DEBUG", True),
    ],
)
def test_attributes_of_the_app_are_config_values(
    app: Flask, attribute: str, key: str, value: object
) -> None:
    setattr(app, attribute, value)
    assert app.config[key] == value
    app.config[key] = None
    app.config[key] = value
    assert getattr(app, attribute) == value


def test_lifetime_in_seconds_is_read_as_timedelta(app: Flask) -> None:
    app.config["PERMANENT_SESSION_LIFETIME"] = 90
    assert app.permanent_session_lifetime == timedelta(seconds=90)


def test_converter_of_a_config_attribute_applies_on_reading() -> None:
    class Own(Flask):
        limit = ConfigAttribute("LIMIT", get_converter=int)

    app = Own("own")
    app.config["LIMIT"] = "7"
    assert app.limit == 7
    assert isinstance(Own.limit, ConfigAttribute)


def test_object_gives_its_upper_case_attributes(config: Config) -> None:
    class Base:
        INHERITED = "base"
        lower = "no"

    class Production(Base):
        DEFAULT = 5

        @property
        def DATABASE(self) -> str:  # noqa: N802
            return f"mysql://{self.INHERITED}"

    config.from_object(Production())
    assert config == {"DEFAULT": 5, "INHERITED": "base", "DATABASE": "mysql://base"}


def test_object_may_be_named(config: Config) -> None:
    config.from_object("tests.settings")
    assert config["ROOT_URLCONF"] == "tests.urls"


def test_missing_object_is_an_import_error(config: Config) -> None:
    with pytest.raises(ImportError, match=r"no\.such\.thing"):
        config.from_object("no.such.thing")


def test_module_is_an_object(config: Config) -> None:
    module = ModuleType("settings")
    vars(module).update(KEY=1, Mixed=2)
    config.from_object(module)
    assert config == {"DEFAULT": 1, "KEY": 1}


def test_python_file_is_run_from_the_root_path(config: Config, tmp_path: Path) -> None:
    (tmp_path / "settings.cfg").write_text("KEY = __file__.upper()\nlower = 1\nSUM = 1 + 1\n")
    assert config.from_pyfile("settings.cfg") is True
    assert config["SUM"] == 2
    assert config["KEY"] == str(tmp_path / "settings.cfg").upper()
    assert "lower" not in config


@pytest.mark.parametrize(
    "load",
    [
        lambda config: config.from_pyfile("missing.cfg"),
        lambda config: config.from_file("missing.json", load=json.load),
    ],
    ids=["from_pyfile", "from_file"],
)
def test_missing_file_is_named(config: Config, tmp_path: Path, load: Any) -> None:
    with pytest.raises(FileNotFoundError, match="Unable to load configuration file") as caught:
        load(config)
    assert caught.value.filename == str(tmp_path / caught.value.filename)


def test_missing_file_may_be_passed_over(config: Config, tmp_path: Path) -> None:
    assert config.from_pyfile("missing.cfg", silent=True) is False
    assert config.from_pyfile(tmp_path, silent=True) is False
    assert config.from_file("missing.json", load=json.load, silent=True) is False
    assert config == {"DEFAULT": 1}


def test_file_of_another_format_needs_its_parser(config: Config, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"A": 1, "lower": 2}')
    (tmp_path / "config.toml").write_text("[NESTED]\nkey = 'value'\n")
    assert config.from_file("config.json", load=json.load) is True
    assert config.from_file("config.toml", load=tomllib.load, text=False) is True
    assert config == {"DEFAULT": 1, "A": 1, "NESTED": {"key": "value"}}


def test_environment_variable_names_a_file(
    config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "own.cfg").write_text("KEY = 1")
    monkeypatch.setenv("OWN_SETTINGS", str(tmp_path / "own.cfg"))
    assert config.from_envvar("OWN_SETTINGS") is True
    assert config["KEY"] == 1


def test_missing_environment_variable_is_named(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OWN_SETTINGS", raising=False)
    with pytest.raises(RuntimeError, match="'OWN_SETTINGS' is not set"):
        config.from_envvar("OWN_SETTINGS")
    assert config.from_envvar("OWN_SETTINGS", silent=True) is False


def test_mapping_gives_its_upper_case_keys(config: Config) -> None:
    assert config.from_mapping({"A": 1, "b": 2}, C=3, d=4) is True
    assert config == {"DEFAULT": 1, "A": 1, "C": 3}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True),
        ("5", 5),
        ("text", "text"),
        ('["a", 1]', ["a", 1]),
        ("not, json]", "not, json]"),
        ("", ""),
    ],
)
def test_prefixed_variables_are_json_where_they_can_be(
    config: Config, monkeypatch: pytest.MonkeyPatch, text: str, value: object
) -> None:
    monkeypatch.setenv("FLASK_KEY", text)
    assert config.from_prefixed_env() is True
    assert config["KEY"] == value


def test_double_underscores_lead_into_dicts(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    config["EXIST"] = {"ok": "default", "inner": {"a": 1}}
    for name, text in {"EXIST__inner__b": "2", "EXIST__ok": "set", "NEW__K": "{}"}.items():
        monkeypatch.setenv(f"SHOP_{name}", text)
    config.from_prefixed_env("SHOP")
    assert config["EXIST"] == {"ok": "set", "inner": {"a": 1, "b": 2}}
    assert config["NEW"] == {"K": {}}


def test_own_parser_of_prefixed_variables(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLASK_KEY", "5")
    config.from_prefixed_env(loads=str)
    assert config["KEY"] == "5"


def test_namespace_gathers_related_keys(config: Config) -> None:
    config.update(IMAGE_STORE_TYPE="fs", IMAGE_STORE_PATH="/var", OTHER=1)
    assert config.get_namespace("IMAGE_STORE_") == {"type": "fs", "path": "/var"}
    assert config.get_namespace("IMAGE_STORE_", lowercase=False) == {"TYPE": "fs", "PATH": "/var"}
    assert config.get_namespace("IMAGE_STORE_TYPE", trim_namespace=False) == {
        "image_store_type": "fs"
    }


def test_own_config_class_is_used() -> None:
    class OwnConfig(Config):
        pass

    class Own(Flask):
        config_class = OwnConfig

    assert isinstance(Own("own").config, OwnConfig)


def test_instance_relative_config_is_read_from_the_instance_folder(tmp_path: Path) -> None:
    (tmp_path / "application.cfg").write_text("KEY = 1")
    app = Flask("own", instance_path=str(tmp_path), instance_relative_config=True)
    app.config.from_pyfile("application.cfg")
    assert app.config["KEY"] == 1


def test_relative_instance_path_is_refused() -> None:
    with pytest.raises(ValueError, match="must be absolute"):
        Flask("own", instance_path="instance")


def test_instance_folder_is_beside_the_module(tmp_path: Path, monkeypatch: Any) -> None:
    source = "from flaskish import Flask\napp = Flask(__name__)\n"
    (tmp_path / "single_file_app.py").write_text(source)
    monkeypatch.syspath_prepend(tmp_path)
    from single_file_app import app  # type: ignore[import-not-found]

    assert app.instance_path == str(tmp_path / "instance")


def test_instance_resources_may_be_written(tmp_path: Path) -> None:
    app = Flask("own", instance_path=str(tmp_path))
    with app.open_instance_resource("note.txt", "w") as file:
        file.write("ü")
    with app.open_instance_resource("note.txt") as file:
        assert file.read() == "ü".encode()


def test_debug_follows_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLASK_DEBUG", "1")
    assert Flask("own").debug is True
    monkeypatch.setenv("FLASK_DEBUG", "false")
    assert Flask("own").debug is False


def test_template_reloading_follows_debug_mode_unless_configured(app: Flask) -> None:
    assert app.jinja_env.auto_reload is False
    app.debug = True
    assert app.jinja_env.auto_reload is True
    configured = Flask("configured")
    configured.config["TEMPLATES_AUTO_RELOAD"] = True
    assert configured.jinja_env.auto_reload is True
    configured.debug = False
    assert configured.jinja_env.auto_reload is True
