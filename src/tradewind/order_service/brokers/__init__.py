"""Live brokers: carrying out the orders of a live venue, and comparing books with them."""
