"""The company's own people: who they are at the desk, in which roles, and how they prove it."""
