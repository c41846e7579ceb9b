"""Tells accounts of what happens to them: webhooks, e-mail, price alerts."""
