"""Questions that people ask the company, and the answers."""
