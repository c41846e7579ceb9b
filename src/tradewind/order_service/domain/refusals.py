"""Why the core declines: a closed list with stable codes.

When several reasons apply, the one that stands first here is given, so that the same order always
gets the same answer.
"""

from tradewind.platform.errors import (
    MalformedRequest,
    NotFound,
    NotPermitted,
    Refusal,
    Unavailable,
)


class AccountNotFound(NotFound):
    """The account is not open at this venue."""

    title = "Account not found"


class KillSwitchOn(NotPermitted):
    """An administrator has stopped the account."""

    code = 40310201
    title = "Kill switch on"


class TradingSuspended(NotPermitted):
    """The account's owner has suspended trading."""

    title = "Trading suspended"


class LiveTradingOff(NotPermitted):
    """No administrator has let the account's orders go to the broker."""

    code = 40310301
    title = "Live trading off"


class DuplicateClientOrderId(MalformedRequest):
    """An order with this ``client_order_id`` has been taken before."""

    title = "Duplicate client order id"


class IdempotencyKeyReused(MalformedRequest):
    """The key belongs to a movement that differs from this one."""

    title = "Idempotency key reused"


class AccountOfAnotherVenue(MalformedRequest):
    """An account belongs to another venue than the one in question, and never moves."""

    title = "Account of another venue"


class InstrumentDelisted(Refusal):
    """A corporate action has ended trading in this symbol."""

    code = 42210204
    title = "Instrument delisted"


class CorporateActionTooLarge(Refusal):
    """A corporate action would give somebody more than can be counted."""

    code = 42210205
    title = "Corporate action too large"


class CorporateActionExists(Refusal):
    """Another action was entered under the same id."""

    code = 42210206
    title = "Corporate action exists"


class CorporateActionNotPending(NotFound):
    """No action of this id is still to take effect."""

    title = "Corporate action not pending"


class InstrumentNotTradable(Refusal):
    """The instrument is not traded at present."""

    title = "Instrument not tradable"


class NotForCrypto(Refusal):
    """A kind of order that crypto does not take."""

    title = "Not for crypto"


class PriceNotOnTick(Refusal):
    """A price lies between two steps of the instrument."""

    title = "Price not on a tick"


class QuantityNotInLots(Refusal):
    """The quantity is not a multiple of the instrument's step."""

    title = "Quantity not in lots"


class QuantityTooSmall(Refusal):
    """The quantity is below the instrument's smallest order."""

    title = "Quantity too small"


class FractionalTradingOff(Refusal):
    """The account takes whole shares only."""

    title = "Fractional trading is off"


class OrderNotRoutable(Refusal):
    """The broker of a live venue cannot be given an order of this kind."""

    title = "Order not routable"


class OrderTooLarge(Refusal):
    """The order's value is beyond what one order may be worth."""

    title = "Order too large"


class SessionNotOpen(Refusal):
    """An order that must trade at once came while the market is closed."""

    title = "Market closed"


class TradingIsHalted(Refusal):
    """An order that must trade at once came while nothing trades in its instrument."""

    code = 42210202
    title = "Trading halted"


class NotHalted(Refusal):
    """What is to be resumed trades already."""

    code = 42210203
    title = "Not halted"


class AuctionNotOpen(Refusal):
    """An order for an auction came too late for it, or too early for the next."""

    code = 42210201
    title = "Auction not open for orders"


class NoPriceKnown(Refusal):
    """A market order needs a price to reserve its cash at, and none is known."""

    title = "No price known"


class TrailTooLong(Refusal):
    """A trailing stop would begin at zero or below."""

    title = "Trail too long"


class LegPriceNotAcceptable(Refusal):
    """A leg of a group is on the wrong side of its base price or of the other leg."""

    title = "Leg price not acceptable"


class NotionalTooSmall(Refusal):
    """The amount of money buys less than a billionth."""

    title = "Notional too small"


class OrderRateLimit(NotPermitted):
    """More orders in a second than the account's limit allows."""

    code = 40310202
    title = "Too many orders a second"


class DuplicateOrder(NotPermitted):
    """The same order was taken a moment ago."""

    code = 40310203
    title = "Duplicate order"


class SymbolRestricted(NotPermitted):
    """The account may reduce a position in this symbol, not open or add to one."""

    code = 40310204
    title = "Symbol restricted"


class OrderValueLimit(NotPermitted):
    """The order is worth more than the account's limit allows."""

    code = 40310205
    title = "Order value limit"


class PositionLimit(NotPermitted):
    """The position would grow beyond the account's limit."""

    code = 40310206
    title = "Position limit"


class DailyLossLimit(NotPermitted):
    """The account has lost as much today as its limit allows."""

    code = 40310207
    title = "Daily loss limit"


class IntentMismatch(Refusal):
    """The order would do something else to the position than its sender expects."""

    title = "Position intent mismatch"


class LegsOfClosingOrder(Refusal):
    """An order that buys a short position back cannot set orders going that open another."""

    title = "Legs of a closing order"


class ShortingOff(NotPermitted):
    """The account may not sell what it has not got."""

    code = 40310208
    title = "Short selling is off"


class NotShortable(NotPermitted):
    """Nobody lends this instrument."""

    code = 40310209
    title = "Not shortable"


class HardToBorrow(NotPermitted):
    """The instrument is hard to borrow, and only what is easy to borrow may be sold short."""

    code = 40310210
    title = "Hard to borrow"


class FractionalShort(Refusal):
    """A part of a share cannot be borrowed."""

    title = "Fractional short sale"


class OppositeOrderOpen(NotPermitted):
    """A long and a short position in one instrument cannot be opened at once."""

    title = "Opposite order open"


class DayTradeDenied(NotPermitted):
    """The order could be the fourth day trade within five sessions of a small account."""

    code = 40310100
    title = "Pattern day trader protection"


class WashTrade(NotPermitted):
    """The order would meet an open order of the same account."""

    title = "Potential wash trade"


class InsufficientBuyingPower(NotPermitted):
    """The order costs more than may be spent."""

    title = "Insufficient buying power"


class InsufficientQuantity(NotPermitted):
    """The account has fewer shares available than the order sells."""

    title = "Insufficient quantity"


class MarginNotChangeable(Refusal):
    """An account's type cannot be changed as it stands."""

    title = "Account type not changeable"


class OrderNotFound(NotFound):
    """The account has no such order."""

    title = "Order not found"


class OrderNotCancelable(Refusal):
    """The order has ended already."""

    title = "Order not cancelable"


class OrderNotReplaceable(Refusal):
    """The order cannot be replaced as asked."""

    title = "Order not replaceable"


class ReportOutOfSequence(Refusal):
    """A broker's report does not follow what is known of the order."""

    title = "Report out of sequence"


class PositionNotFound(NotFound):
    """The account has no such position."""

    title = "Position not found"


class VenueExists(Refusal):
    """A venue of this id is there already."""

    title = "Venue exists"


class OutcomeUnknown(Unavailable):
    """The venue stopped while this was on its way to the journal: it may be done or not."""

    title = "Outcome unknown"
