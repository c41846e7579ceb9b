"""What the tests of the trading API share beside the running platform."""

import warnings

import pytest
from tests.compat.trading.venues import Venue

from tradewind.testing.process import PlatformProcess

with warnings.catch_warnings():
    # The official client imports a part of websockets that is deprecated; it is not ours to change.
    warnings.simplefilter("ignore", DeprecationWarning)
    import alpaca.trading.client  # noqa: F401 imported here for its warnings only


@pytest.fixture
def venue(platform: PlatformProcess) -> Venue:
    """Return a venue of its own for one test, standing before its first day."""
    return Venue(platform)
