"""flaskish among a project's ``INSTALLED_APPS``: system checks, and ``manage.py flask``.

Flask: none. Django: ``AppConfig``.
"""

from __future__ import annotations

from django.apps import AppConfig


class FlaskishConfig(AppConfig):
    """What Django does with ``"flaskish"`` in ``INSTALLED_APPS``."""

    name = "flaskish"

    def ready(self) -> None:
        # Loaded here: when Django reads this file the models of other apps do not exist yet.
        from .bridge.checks import register_checks

        register_checks()
