"""Attacks: what strangers send, and what no program may send. Each within a time bound."""
