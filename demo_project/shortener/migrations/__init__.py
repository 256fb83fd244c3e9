"""Migrations of the shortener."""
