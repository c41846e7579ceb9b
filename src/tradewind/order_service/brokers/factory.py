"""From the settings of a live venue to its broker; only what is configured is imported."""

from tradewind.order_service.brokers.broker import Broker
from tradewind.platform.errors import StartupRefused
from tradewind.platform.modes import BrokerKind
from tradewind.platform.settings import BrokerSettings

_MISSING = (
    "The broker {broker} needs the package {package}, which is not installed. Install Tradewind "
    "with its extra: pip install 'tradewind[brokers]'."
)


def make_broker(settings: BrokerSettings) -> Broker:
    """Build a broker that connects when it is first used; raises ``StartupRefused``."""
    match settings.broker:
        case BrokerKind.ALPACA:
            try:
                from tradewind.order_service.brokers.alpaca import AlpacaBroker
            except ModuleNotFoundError as error:
                raise _missing(settings, "alpaca-py") from error
            return AlpacaBroker(settings)
        case BrokerKind.CCXT:
            try:
                from tradewind.order_service.brokers.ccxt import CcxtBroker
            except ModuleNotFoundError as error:
                raise _missing(settings, "ccxt") from error
            return CcxtBroker(settings)


def _missing(settings: BrokerSettings, package: str) -> StartupRefused:
    return StartupRefused(_MISSING.format(broker=settings.broker, package=package))
