"""Who may do what at which address: every address walked by every role, and the table kept of it."""
