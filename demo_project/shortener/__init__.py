"""An ordinary Django app: the data behind ``links.py`` and ``hooks.py``."""
