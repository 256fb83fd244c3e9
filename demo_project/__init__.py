"""A Django project with single-file flaskish applications mounted in it."""
