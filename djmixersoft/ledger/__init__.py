"""The ledger: a tamper-evident log of what is promised to be on record."""
