"""Database connections: closed and kept as under plain Django, on SQLite and on PostgreSQL."""
