"""What only Django sees: handlers, URLconf, settings, templates, sessions, messages, checks."""
