"""The demo project for ASGI servers: ``demo_project.asgi:application``.

Flask: none. Django: ``get_asgi_application``, here with a guard for what strangers send.
"""

import os

from flaskish.bridge.guard import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "demo_project.settings")

application = get_asgi_application()
