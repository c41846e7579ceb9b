"""Truths of the running system: each check queries it and says where it no longer holds."""
