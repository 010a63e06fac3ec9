"""Logs, metrics, the context that both carry, and the process's own settings."""
