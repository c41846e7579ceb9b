"""Pure rules of credentials: how they look, how they are stored, how they are checked."""
