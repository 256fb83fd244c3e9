"""Werkzeug's ``middleware`` modules."""
