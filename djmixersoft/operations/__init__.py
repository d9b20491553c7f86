"""What keeps the system running: the data folder, PostgreSQL, TLS and the supervisor."""
