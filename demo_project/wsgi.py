"""The demo project for WSGI servers: ``demo_project.wsgi:application``.

Flask: none. Django: ``get_wsgi_application``, here with a guard for what strangers send.
"""

import os

from flaskish.bridge.guard import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "demo_project.settings")

application = get_wsgi_application()
