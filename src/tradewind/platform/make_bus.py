"""Which bus a process uses."""

from tradewind.platform.bus import Bus, InProcessBus


def make_bus(valkey_url: str | None) -> Bus:
    """Return the bus over a Valkey, or the one inside the process; not started."""
    if valkey_url is None:
        return InProcessBus()
    from tradewind.platform.valkey_bus import ValkeyBus

    return ValkeyBus(valkey_url)
