"""Middleware of the project, one of each kind; it sees views of Django and of Flask alike.

Flask: ``before_request`` and ``after_request``, for one application. Django: middleware.
"""

import time
from collections import defaultdict, deque
from itertools import count

from asgiref.sync import iscoroutinefunction
from django.conf import settings
from django.shortcuts import render
from django.utils import timezone
from django.utils.decorators import sync_and_async_middleware
from django.utils.deprecation import MiddlewareMixin

numbers = count(1)


@sync_and_async_middleware
def number_requests(get_response):
    """Give each request a number, which views find as ``request.number``."""

    async def await_response(request):
        request.number = next(numbers)
        return mark(await get_response(request), request.number)

    def middleware(request):
        request.number = next(numbers)
        return mark(get_response(request), request.number)

    def mark(response, number):
        response["X-Request-Number"] = str(number)
        return response

    return await_response if iscoroutinefunction(get_response) else middleware


def use_time_zone(get_response):
    """Show times in the time zone that a view of ``preferences.py`` put into the session."""

    def middleware(request):
        with timezone.override(request.session.get("time_zone")):
            return get_response(request)

    return middleware


class RouteTimes:
    """Measures how long views take, by the names that Sentry and OpenTelemetry go by."""

    seconds = defaultdict(lambda: deque(maxlen=100))

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        started = time.perf_counter()
        response = self.get_response(request)
        match = request.resolver_match
        if match:
            self.seconds[match.view_name, match.route].append(time.perf_counter() - started)
        return response

    def process_view(self, request, view, args, kwargs):
        request.view_path = f"{view.__module__}.{view.__qualname__}"


class ServiceDown(Exception):
    """A service that a view asks does not answer."""


class Courtesy(MiddlewareMixin):
    """The oldest kind: answers what a view did not expect, and adds to pages not rendered yet."""

    def process_exception(self, request, error):
        if isinstance(error, ServiceDown):
            return render(request, "503.html", {"service": error}, status=503)
        return None

    def process_template_response(self, request, response):
        response.context_data["announcement"] = settings.ANNOUNCEMENT
        return response
