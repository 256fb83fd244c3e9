"""The native Django side of the demo project.

Flask: none. Django: a view that uses the same models as the mounted applications.
"""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from .shortener.models import Link


def home(request: HttpRequest) -> HttpResponse:
    """Show what is mounted where, the links that are followed most and those seen last."""
    # A view of links.py wrote it.
    seen = Link.objects.filter(code__in=request.session.get("seen", []))
    popular = Link.objects.order_by("-visits")[:5]
    return render(request, "home.html", {"popular": popular, "seen": seen})


def surprise(request: HttpRequest) -> HttpResponse:
    """Lead to the page of any link, or to the list of links if there is none."""
    # The page of links.py shows the message as one that was flashed.
    messages.info(request, "Chance chose this page.")
    return redirect(Link.objects.order_by("?").first() or "links:index")


def popular(request: HttpRequest) -> HttpResponse:
    """Show the links that are followed most, on a Jinja page of the link shortener."""
    return render(request, "links/index.html", {"links": Link.objects.order_by("-visits")[:20]})
