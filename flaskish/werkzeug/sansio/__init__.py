"""Werkzeug's ``sansio`` modules."""
