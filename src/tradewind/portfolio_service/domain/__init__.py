"""Pure derivations: what an account is worth, and how it did."""
