"""What the composition starts in order and stops in reverse."""

from typing import Protocol


class Component(Protocol):
    """A part of the platform with a life of its own."""

    @property
    def name(self) -> str:
        """Return the name under which the part appears in logs."""
        ...

    async def start(self) -> None:
        """Begin to work; raises ``StartupRefused`` when that cannot be."""
        ...

    async def stop(self) -> None:
        """End in bounded time; stopping what never started does nothing."""
        ...

    async def ready(self) -> bool:
        """Tell whether the part can serve at this moment."""
        ...
