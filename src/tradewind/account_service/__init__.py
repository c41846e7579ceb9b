"""Users, credentials, sessions, API keys and the audit log."""
