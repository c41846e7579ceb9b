"""Messages and client protocols that cross a service boundary."""
