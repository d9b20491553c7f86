"""Content: items and their keys."""
