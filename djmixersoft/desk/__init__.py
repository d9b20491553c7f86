"""The desk: the pages of the company's own people, in a process and at an address of their own."""
