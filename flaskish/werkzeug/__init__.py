"""Offer Werkzeug's modules under their own names."""
