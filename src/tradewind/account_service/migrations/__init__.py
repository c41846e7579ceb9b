"""Migrations of the account schema."""
