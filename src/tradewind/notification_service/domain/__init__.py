"""Pure parts of the notification service."""
