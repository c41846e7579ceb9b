"""Alpaca's trading API: account, orders, positions, assets, market hours, activities, history."""
