"""Alembic revisions of the orders schema."""
