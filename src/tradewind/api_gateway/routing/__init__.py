"""Requests, responses and the table of routes, without a framework between them."""
