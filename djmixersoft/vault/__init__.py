"""Keys, encryption and blobs: Content at rest, and the way in and out of it (clauses 4b and 4d)."""
