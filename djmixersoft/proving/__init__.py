"""Second factors, checked: codes that an app shows, and passkeys. No tables, no requests: those are their askers'."""
