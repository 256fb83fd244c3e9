"""Flask's public API on top of Django."""
