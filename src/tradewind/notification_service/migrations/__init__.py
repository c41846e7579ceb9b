"""Migrations of the portfolio schema."""
