"""Django's PostgreSQL backend, with pooled connections that are handed out clean (settings.py, ENGINE)."""
