"""Views: they read what was sent, call services, and choose a page. Each says in its first line who may."""
