"""Why the demonstration cannot go on."""


class DemoRefused(Exception):
    """The demonstration ends; the message says what is wrong and what to do."""
