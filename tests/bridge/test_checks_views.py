"""System check of view functions: decorators above the route."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any, cast

import pytest
from django.contrib.auth.decorators import login_required
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from flaskish import Flask
from flaskish.bridge.checks_views import check_decorators
from flaskish.bridge.views import django_decorator
from tests.bridge.conftest import MakeProject

Decorate = Callable[[Any, Any], Any]


def put_into_a_module(view: Any, decorate: Callable[[Any], Any], monkeypatch: Any) -> None:
    """Do what decorators on a function of a module do."""
    module = ModuleType("shop_views")
    monkeypatch.setitem(sys.modules, "shop_views", module)
    view.__module__, view.__qualname__ = "shop_views", "account"
    module.__dict__["account"] = decorate(view)


@pytest.mark.parametrize(
    ("decorate", "count"),
    [
        (lambda route, view: cast("Any", login_required)(route(view)), 1),
        (lambda route, view: django_decorator(login_required)(route(view)), 1),
        (lambda route, view: route(django_decorator(login_required)(view)), 0),
        (lambda route, view: cast("Any", csrf_exempt)(route(view)), 1),
        (lambda route, view: route(cast("Any", csrf_exempt)(view)), 0),
        (lambda route, view: route(view), 0),
    ],
)
def test_decorator_above_the_route(
    make_project: MakeProject, monkeypatch: pytest.MonkeyPatch, decorate: Decorate, count: int
) -> None:
    shop = Flask("project.shop", static_folder=None)
    make_project(path("shop/", shop.urls))

    def account() -> str:
        return "secret"

    put_into_a_module(account, lambda view: decorate(shop.get("/a"), view), monkeypatch)
    assert [message.id for message in check_decorators()] == ["flaskish.W011"] * count
