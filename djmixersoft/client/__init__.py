"""The command line for members: push, pull and ls. It uses the interface for programs, and nothing of the server."""
