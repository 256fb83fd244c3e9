"""The URLs of the demo project, and those of the debug toolbar.

Flask: none. Django: a root URLconf.
"""

from django.urls import include, path

from .urls import urlpatterns as demo_patterns

urlpatterns = [*demo_patterns, path("__debug__/", include("debug_toolbar.urls"))]
