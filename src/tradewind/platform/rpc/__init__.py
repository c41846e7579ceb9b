"""Calls between services over HTTP, generated from the protocols that the contracts define."""
