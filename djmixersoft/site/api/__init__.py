"""The interface for people's programs: the pages' services and row policies, with tokens in place of cookies."""
