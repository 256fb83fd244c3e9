"""Flask's I/O-free base classes, under the names that extensions import."""
