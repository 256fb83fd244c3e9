"""The native Django side of the demo project.

Flask: none. Django: a view that uses the same models as the mounted applications.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from .shortener.models import Link


def home(request: HttpRequest) -> HttpResponse:
    """Show what is mounted where, and the links that are followed most."""
    return render(request, "home.html", {"popular": Link.objects.order_by("-visits")[:5]})


def surprise(request: HttpRequest) -> HttpResponse:
    """Lead to the page of any link, or to the list of links if there is none."""
    return redirect(Link.objects.order_by("?").first() or "links:index")


def popular(request: HttpRequest) -> HttpResponse:
    """Show the links that are followed most, on a Jinja page of the link shortener."""
    return render(request, "links/index.html", {"links": Link.objects.order_by("-visits")[:20]})
