"""Everything that is read of Content, a module a subject. The row policies keep other accounts out."""
