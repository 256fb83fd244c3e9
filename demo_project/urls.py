"""The URLs of the demo project: native Django views and mounted applications side by side.

Flask: ``app.urls`` of each application. Django: the root URLconf.
"""

from django.contrib import admin
from django.contrib.auth.views import LoginView, LogoutView
from django.urls import path

from . import decorators, desk, hello, hooks, links, pictures, preferences, views, workshop

urlpatterns = [
    path("", views.home, name="home"),
    path("popular/", views.popular, name="popular"),
    path("surprise/", views.surprise, name="surprise"),
    path("login/", LoginView.as_view(), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("admin/", admin.site.urls),
    path("links/", links.app.urls),
    path("pictures/", pictures.app.urls),
    path("desk/", desk.app.urls),
    path("preferences/", preferences.app.urls),
    path("hooks/", hooks.app.urls),
    path("hello/", hello.app.urls),
    path("decorators/", decorators.app.urls),
    path("workshop/", workshop.app.urls),
]
