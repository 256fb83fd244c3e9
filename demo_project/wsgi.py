"""The demo project for WSGI servers: ``demo_project.wsgi:application``.

Flask: none. Django: ``get_wsgi_application``.
"""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "demo_project.settings")

application = get_wsgi_application()
