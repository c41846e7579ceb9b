"""How each event changes the state, by what the event is about."""
