#!/usr/bin/env python
"""Django's command line for the demo project.

Flask: none. Django: ``manage.py``.
"""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "demo_project.settings")
    # Imported here: Django reads the variable above when it is loaded.
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
