"""The core's one entrance: a command, its time, and what comes of it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from tradewind.contracts.market_data import FeedMessage
from tradewind.contracts.orders import ReplaceOrder, SubmitOrder
from tradewind.order_service.domain import (
    action_entry,
    commands,
    control,
    external,
    feed,
    groups,
    halts,
    latency,
    money_movement,
    reports,
    trading,
)
from tradewind.order_service.domain.core import Core

# Any: each handler takes its own command and has its own answer; the key ties them together.
_HANDLERS: dict[type, Callable[[Core, Any], Any]] = {
    SubmitOrder: trading.submit,
    ReplaceOrder: trading.replace,
    FeedMessage: feed.follow,
    commands.CancelOrder: trading.cancel_order,
    commands.CancelAllOrders: trading.cancel_all,
    commands.ClosePosition: trading.close_position,
    commands.CloseAllPositions: trading.close_all,
    commands.OpenAccount: money_movement.open_account,
    commands.Deposit: money_movement.deposit,
    commands.Withdraw: money_movement.withdraw,
    commands.Transfer: money_movement.transfer,
    commands.Configure: money_movement.configure,
    commands.SetLimits: control.set_limits,
    commands.SetMargin: control.set_margin,
    commands.EngageKillSwitch: control.engage_kill_switch,
    commands.ReleaseKillSwitch: control.release_kill_switch,
    commands.EnterCorporateAction: action_entry.enter,
    commands.WithdrawCorporateAction: action_entry.withdraw,
    commands.HaltTrading: halts.halt,
    commands.ResumeTrading: halts.resume,
    commands.SetLiveTrading: control.set_live_trading,
    reports.BrokerTook: external.took,
    reports.BrokerFilled: external.filled,
    reports.BrokerEnded: external.ended,
    reports.BrokerQuoted: external.quoted,
}


def decide(core: Core, command: commands.Command, at: datetime) -> Any:
    """Carry a command out and return its answer; raises a ``Refusal`` with nothing changed.

    A venue that follows its feed's time takes that of each event from the message, not from ``at``.
    """
    if type(command) is not FeedMessage or not core.spec.follows_feed_time:
        core.begin(at)
        if core.arrivals:
            latency.release(core)
    answer = _HANDLERS[type(command)](core, command)
    groups.settle(core)
    return answer
