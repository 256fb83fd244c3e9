"""The Django app of the link shortener.

Flask: none. Django: ``AppConfig``.
"""

from django.apps import AppConfig


class ShortenerConfig(AppConfig):
    name = "demo_project.shortener"
