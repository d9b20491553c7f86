"""Everything that changes Content, a module a subject. Each function is one transaction of its caller's."""
