"""Each statement is tried on an application that stands alone and on a mounted one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from flaskish import Flask

from ..both_ways import WAYS, Asker, asking


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    app = Flask("shop", root_path=str(tmp_path))
    app.config.update(SECRET_KEY="a key", PROPAGATE_EXCEPTIONS=True)
    return app


@pytest.fixture(params=WAYS)
def ask(request: pytest.FixtureRequest, app: Flask) -> Iterator[Asker]:
    with asking(app, request.param) as asker:
        yield asker
