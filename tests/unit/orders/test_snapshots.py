"""Snapshots: nothing is lost on the way, and an old one is never read as a new one."""

import hashlib
import re
import zlib

import msgspec
import pytest
from tests.unit.orders.stage import ALICE, BOB, DAY, Stage, money, price

from tradewind.contracts.margin import MarginCall, MarginSettings
from tradewind.contracts.market_data import Listing, SessionClosed
from tradewind.contracts.terms import Terms
from tradewind.contracts.trading_accounts import Configuration
from tradewind.contracts.venues import Halt
from tradewind.order_service import snapshots
from tradewind.order_service.domain import commands
from tradewind.order_service.domain.ledger import OUTSIDE, Ledger, LedgerAccount
from tradewind.order_service.domain.state import (
    AccountState,
    BandsInForce,
    Entitlement,
    OrderState,
    PositionState,
    Replacing,
    Resumption,
    Routing,
    VenueState,
)
from tradewind.order_service.snapshots import (
    SNAPSHOT_FORMAT,
    decode_state,
    encode_state,
    pack,
    unpack,
)

STRUCTURES = {
    26: "b4a6bdf2426eb546",  # pragma: allowlist secret
}
"""Digest of the structure that each format had. A change of structure needs a new format."""


_MODULES = re.compile(r"\b(?:\w+\.)+")
"""Where a type is defined does not matter to what is written."""


def structure() -> str:
    """Return a digest of every field, its type and its order in the snapshot."""
    structs = (
        VenueState,
        AccountState,
        OrderState,
        Routing,
        Replacing,
        Terms,
        PositionState,
        Entitlement,
        Listing,
        Halt,
        Resumption,
        BandsInForce,
        Ledger,
        LedgerAccount,
        Configuration,
        MarginSettings,
        MarginCall,
    )
    fields = [
        f"{struct.__name__}.{each.encode_name}: {_MODULES.sub('', str(each.type))}"
        for struct in structs
        for each in msgspec.structs.fields(struct)
    ]
    return hashlib.sha256("\n".join(fields).encode()).hexdigest()[:16]


def test_change_of_the_state_comes_with_a_new_format() -> None:
    assert STRUCTURES[SNAPSHOT_FORMAT] == structure()


def test_snapshot_gives_the_state_back() -> None:
    stage = Stage()
    stage.feed(Listing(symbol="AAPL", maintenance_percent=40))
    stage.give(ALICE, 10)
    stage.depth(bids=[("9", 100)])
    stage.submit(ALICE, "sell", 3, "11", "gtc")
    stage.submit(BOB, "buy", 3, "9", "gtc")
    stage.feed(SessionClosed(DAY, stage.now, {"AAPL": price("10")}))
    stage.submit(BOB, "buy", 1)
    state = stage.core.state
    again = decode_state(encode_state(state))
    assert again == state
    assert list(again.orders) == list(state.orders)


def test_sums_may_outgrow_64_bits() -> None:
    stage = Stage()
    for _ in range(20):
        stage.run(commands.Deposit(ALICE, money("1000000000"), "rich"))
    assert stage.core.state.ledger.posted(OUTSIDE, "USD") < -(2**63)
    assert decode_state(encode_state(stage.core.state)) == stage.core.state


def test_state_of_any_size_is_cut_into_parts_and_put_together_again() -> None:
    encoded = bytes(range(256)) * (2 * snapshots.PART_BYTES // 256) + b"the rest"
    parts = pack(encoded)
    assert len(parts) == 3
    assert unpack(parts) == encoded


def test_damaged_part_is_noticed() -> None:
    part = bytearray(pack(b"a state" * 1_000)[0])
    part[len(part) // 2] ^= 1
    with pytest.raises(zlib.error):
        unpack([bytes(part)])
