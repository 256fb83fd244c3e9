"""Commands of the shortener."""
