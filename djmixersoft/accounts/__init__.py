"""Accounts: Administrators, members, invitations."""
