"""What every service stands on: settings, database, bus, HTTP, clock, ids, exact numbers."""
