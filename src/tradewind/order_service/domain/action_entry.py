"""Corporate actions that an administrator enters, and takes back before they take effect."""

from tradewind.contracts.corporate_actions import (
    ActionStatus,
    CashDividend,
    CashMerger,
    CorporateAction,
    OwedDividend,
    PendingActions,
    Split,
    StockDividend,
    SymbolChange,
)
from tradewind.contracts.journal import CorporateActionAnnounced, CorporateActionWithdrawn
from tradewind.order_service.domain.commands import EnterCorporateAction, WithdrawCorporateAction
from tradewind.order_service.domain.core import Core
from tradewind.order_service.domain.corporate_actions import apply_action, beyond_count
from tradewind.order_service.domain.refusals import (
    CorporateActionExists,
    CorporateActionNotPending,
    CorporateActionTooLarge,
    InstrumentDelisted,
)
from tradewind.order_service.domain.state import VenueState
from tradewind.platform.errors import MalformedRequest
from tradewind.platform.money import SCALE, MoneyUnits, format_units

RATIO_MAX = 1_000
"""The most shares that a split makes of one, or one of."""
RATE_MAX = 1_000_000 * SCALE
SYMBOL_MAX = 32
ID_MAX = 128
PENDING_MAX = 1_000


def enter(core: Core, command: EnterCorporateAction) -> ActionStatus:
    """Apply an action whose ex-date has begun, announce any other.

    The same action under the same id again changes nothing; another one under it is refused.
    """
    action, state = command.action, core.state
    if action.action_id in state.announced:
        if state.announced[action.action_id] != action:
            raise CorporateActionExists(
                f"another action was announced under the id {action.action_id}; send a new id"
            )
        return ActionStatus.ANNOUNCED
    if action.action_id in state.actions_done:
        return ActionStatus.APPLIED
    _check(core, action)
    core.emit(CorporateActionAnnounced(action, command.by))
    if state.trading_date is not None and action.ex_date <= state.trading_date:
        apply_action(core, action)
        return ActionStatus.APPLIED
    return ActionStatus.ANNOUNCED


def withdraw(core: Core, command: WithdrawCorporateAction) -> None:
    """Take back an announced action; raises ``CorporateActionNotPending``."""
    if command.action_id not in core.state.announced:
        raise CorporateActionNotPending(
            f"no action {command.action_id[:ID_MAX]!r} is announced; one that has taken effect is "
            "corrected by another"
        )
    core.emit(CorporateActionWithdrawn(command.action_id, command.by))


def pending(state: VenueState) -> PendingActions:
    """Return what is announced, what was entered and has taken effect, and what is owed."""
    announced, applied = (
        sorted(actions.values(), key=lambda action: (action.ex_date, action.action_id))
        for actions in (state.announced, state.entered)
    )
    owed = []
    for action_id, claims in state.entitlements.items():
        one = next(iter(claims.values()))
        owed.append(
            OwedDividend(
                action_id=action_id,
                symbol=one.symbol,
                rate=one.rate,
                payable_date=one.payable_date,
                accounts=len(claims),
                amount=MoneyUnits(sum(claim.amount for claim in claims.values())),
            )
        )
    owed.sort(key=lambda dividend: (dividend.payable_date, dividend.action_id))
    return PendingActions(announced=announced, applied=applied, owed=owed)


def _check(core: Core, action: CorporateAction) -> None:
    """Refuse what means nothing, or what no later moment could carry out."""
    if not 0 < len(action.action_id) <= ID_MAX or not action.action_id.isprintable():
        raise MalformedRequest(f"action_id must have 1 to {ID_MAX} printable characters")
    _check_symbol("symbol", action.symbol)
    _check_terms(action)
    since = core.state.delisted.get(action.symbol)
    if since is not None:
        raise InstrumentDelisted(f"{action.symbol} has not been traded since {since}")
    if len(core.state.announced) >= PENDING_MAX:
        raise MalformedRequest(f"{PENDING_MAX} actions are announced already; that is the most")
    reason = beyond_count(core, action)
    if reason:
        raise CorporateActionTooLarge(reason)


def _check_terms(action: CorporateAction) -> None:
    match action:
        case Split():
            _check_ratio(action)
        case CashDividend() | StockDividend():
            _check_rate(action.rate)
            if action.payable_date is not None and action.payable_date < action.ex_date:
                raise MalformedRequest(
                    f"payable_date {action.payable_date} must not be before ex_date "
                    f"{action.ex_date}"
                )
        case CashMerger():
            _check_rate(action.rate)
        case SymbolChange():
            _check_symbol("new_symbol", action.new_symbol)
            if action.new_symbol == action.symbol:
                raise MalformedRequest(f"new_symbol must differ from symbol {action.symbol}")


def _check_symbol(name: str, symbol: str) -> None:
    if not 0 < len(symbol) <= SYMBOL_MAX or not symbol.isprintable() or symbol != symbol.upper():
        raise MalformedRequest(
            f"{name} must have 1 to {SYMBOL_MAX} printable characters, in upper case"
        )


def _check_ratio(action: Split) -> None:
    new, old = action.new_rate, action.old_rate
    if new <= 0 or old <= 0 or new == old:
        raise MalformedRequest(
            f"new_rate {new} and old_rate {old} must be above 0 and differ from each other"
        )
    if max(new, old) > RATIO_MAX * min(new, old) or max(new, old) > RATIO_MAX**2:
        raise MalformedRequest(
            f"a split must not make more than {RATIO_MAX} shares of one, or one of more"
        )


def _check_rate(rate: int) -> None:
    if not 0 < rate <= RATE_MAX:
        raise MalformedRequest(
            f"rate {format_units(rate)} must be above 0 and at most {format_units(RATE_MAX)}"
        )
