"""The demo project in a browser, as a person uses it: ``make browser``."""
