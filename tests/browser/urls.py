"""The demo project's URLs, and an application whose view fails."""

from __future__ import annotations

from django.urls import path

from demo_project.urls import urlpatterns as demo_patterns
from flaskish import Flask

broken = Flask("broken")


@broken.get("/<int:number>")
def divide(number: int) -> str:
    divisor = number - number
    return str(number / divisor)


urlpatterns = [path("broken/", broken.urls), *demo_patterns]
