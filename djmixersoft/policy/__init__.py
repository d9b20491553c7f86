"""The policy compiled: rules, roles, row policies, doors, purposes, probes."""
