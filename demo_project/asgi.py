"""The demo project for ASGI servers: ``demo_project.asgi:application``.

Flask: none. Django: ``get_asgi_application``.
"""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "demo_project.settings")

application = get_asgi_application()
