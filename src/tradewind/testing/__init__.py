"""Fakes that services are tested against, written out by hand."""
