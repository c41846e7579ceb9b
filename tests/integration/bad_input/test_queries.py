"""Query parameters and path values that cannot be: refused by name, nothing changed."""

import pytest
from tests.integration.bad_input.conftest import Trader, assert_refused

from tradewind.platform.ids import new_id

MALFORMED = (422, 40010001)
DATA = (400, 40010001)
MISSING = (404, 40410000)
RULE = (422, 42210000)

ORDERS = "/v2/orders?"
ACTIVITIES = "/v2/account/activities?"
HISTORY = "/v2/account/portfolio/history?"
BARS = "/v2/stocks/bars?symbols=IBM&timeframe=1Day&"

BAD_DATES = (
    "yesterday",
    "2024-13-01",
    "2024-02-30",
    "0000-00-00",
    "2024-1-2",
    "20240102",
    "1704153600",
    "2024-01-02T25:00:00Z",
    "2024-01-02T00:00:00%2B99:00",
    "9999-12-31T23:59:59-23:59",
    "0001-01-01T00:00:00%2B23:59",
    "٢٠٢٤-٠١-٠٢",
    "2024-01-02%00",
    "%FF%FE",
    "2" * 500,
)
BAD_NUMBERS = ("0", "-1", "1.5", "1e3", "NaN", "Infinity", "ten", "٣", "0x10", "9" * 30, "1_0")
BAD_PERIODS = ("1X", "0D", "M", "-1D", "99999D", "1.5M", "٣D")

GETS: list[tuple[str, tuple[int, int]]] = [
    *((f"{ORDERS}after={text}", MALFORMED) for text in BAD_DATES),
    *((f"{ORDERS}until={text}", MALFORMED) for text in BAD_DATES),
    *((f"{ORDERS}limit={text}", MALFORMED) for text in (*BAD_NUMBERS, "501")),
    (f"{ORDERS}status=asleep", MALFORMED),
    (f"{ORDERS}direction=up", MALFORMED),
    (f"{ORDERS}side=hold", MALFORMED),
    (f"{ORDERS}nested=maybe", MALFORMED),
    (f"{ORDERS}symbols=" + ",".join(["IBM"] * 1001), MALFORMED),
    (f"{ORDERS}symbols=" + "A" * 513, MALFORMED),
    (f"{ORDERS}before_order_id=latest", MALFORMED),
    (ORDERS + "&".join(f"a{n}=1" for n in range(101)), MALFORMED),
    ("/v2/orders/not-a-uuid", MALFORMED),
    ("/v2/orders/00000000-0000-0000-0000-00000000000g", MALFORMED),
    ("/v2/orders/" + "0" * 3_000, MALFORMED),
    (f"/v2/orders/{new_id()}", MISSING),
    ("/v2/orders:by_client_order_id", MALFORMED),
    ("/v2/orders:by_client_order_id?client_order_id=", MALFORMED),
    ("/v2/orders:by_client_order_id?client_order_id=nobodys", MISSING),
    ("/v2/orders:by_client_order_id?client_order_id=%00", MALFORMED),
    ("/v2/orders:by_client_order_id?client_order_id=" + "x" * 129, MALFORMED),
    ("/v2/positions/NOPE", MISSING),
    ("/v2/positions/MSFT", MISSING),
    ("/v2/positions/%00", MISSING),
    ("/v2/positions/%FF%FE", MISSING),
    (f"/v2/positions/{new_id()}", MISSING),
    ("/v2/assets/NOPE", MISSING),
    ("/v2/assets/" + "A" * 5_000, MISSING),
    ("/v2/assets?status=sleeping", MALFORMED),
    ("/v2/assets?asset_class=stamps", MALFORMED),
    *((f"{ACTIVITIES}date={text}", MALFORMED) for text in BAD_DATES),
    *((f"{ACTIVITIES}page_size={text}", MALFORMED) for text in (*BAD_NUMBERS, "101")),
    (f"{ACTIVITIES}activity_types=GIFT", MALFORMED),
    (f"{ACTIVITIES}activity_types=FILL&category=trade_activity", MALFORMED),
    (f"{ACTIVITIES}order_id=latest", MALFORMED),
    (f"{ACTIVITIES}page_token=next", MALFORMED),
    (f"{ACTIVITIES}page_token=20220203000000000::{'z' * 36}", MALFORMED),
    (f"{ACTIVITIES}page_token=%00", MALFORMED),
    (f"{ACTIVITIES}page_token=" + "9" * 129, MALFORMED),
    ("/v2/account/activities/GIFT", MALFORMED),
    *((f"{HISTORY}start={text}", MALFORMED) for text in BAD_DATES),
    *(
        (f"{HISTORY}period={text}", MALFORMED)
        for text in ("1X", "0D", "M", "-1D", "99999D", "1.5M")
    ),
    (f"{HISTORY}timeframe=2D", MALFORMED),
    (f"{HISTORY}timeframe=1Min", RULE),
    (f"{HISTORY}period=1M&start=2010-01-04&end=2010-01-05", MALFORMED),
    (f"{HISTORY}period=9999A", MALFORMED),
    ("/v2/calendar?start=soon", MALFORMED),
    ("/v2/calendar?start=0001-01-01&end=9999-12-31", MALFORMED),
    ("/v2/calendar?date_type=LUNAR", MALFORMED),
    ("/v2/stocks/bars", DATA),
    ("/v2/stocks/bars?symbols=IBM", DATA),
    ("/v2/stocks/bars?symbols=&timeframe=1Day", DATA),
    ("/v2/stocks/bars?symbols=IBM;DROP&timeframe=1Day", DATA),
    ("/v2/stocks/bars?symbols=%00&timeframe=1Day", DATA),
    *(
        (f"/v2/stocks/bars?symbols=IBM&timeframe={text}", DATA)
        for text in ("5Foo", "0Min", "-1Day", "1e3Min", "99999Min", "٣Min", "Day1")
    ),
    *((f"{BARS}start={text}", DATA) for text in BAD_DATES),
    *((f"{BARS}limit={text}", DATA) for text in (*BAD_NUMBERS, "10001")),
    (f"{BARS}start=2010-01-08&end=2010-01-04", DATA),
    (f"{BARS}adjustment=everything", DATA),
    (f"{BARS}feed=pigeon", DATA),
    (f"{BARS}currency=EUR", DATA),
    (f"{BARS}sort=up", DATA),
    (f"{BARS}page_token=!!!", DATA),
    (f"{BARS}page_token=AAAA", DATA),
    (f"{BARS}page_token=" + "QUJD" * 200, DATA),
    ("/v2/stocks/trades?symbols=IBM&page_token=bm90IG9uZQ==", DATA),
    ("/v2/stocks/quotes?symbols=IBM&limit=-5", DATA),
    ("/v1/corporate-actions?types=gifts", DATA),
    ("/v2/stocks/NOPE/trades/latest", (404, 40410000)),
]

UNSAFE: list[tuple[str, str, tuple[int, int]]] = [
    ("DELETE", "/v2/orders/not-a-uuid", MALFORMED),
    ("DELETE", f"/v2/orders/{new_id()}", MISSING),
    ("PATCH", f"/v2/orders/{new_id()}", MISSING),
    ("DELETE", "/v2/positions/NOPE", MISSING),
    ("DELETE", "/v2/positions/MSFT", MISSING),
    *(
        ("DELETE", f"/v2/positions/AAPL?qty={text}", MALFORMED)
        for text in ("0", "-1", "NaN", "Infinity", "all", "1.0000000001", "1_0", "9" * 70, "%00")
    ),
    *(
        ("DELETE", f"/v2/positions/AAPL?percentage={text}", MALFORMED)
        for text in ("0", "-1", "100.000000001", "101", "NaN", "half", "1e99999")
    ),
    ("DELETE", "/v2/positions/AAPL?qty=1&percentage=50", MALFORMED),
    ("DELETE", "/v2/positions/AAPL?qty=11", MALFORMED),
    ("DELETE", "/v2/positions?cancel_orders=perhaps", MALFORMED),
]


@pytest.mark.parametrize(("path", "refusal"), GETS, ids=[case[0][:70] for case in GETS])
async def test_impossible_question_is_refused(
    trader: Trader, path: str, refusal: tuple[int, int]
) -> None:
    assert_refused(await trader.client.get(path), *refusal)


@pytest.mark.parametrize(
    ("method", "path", "refusal"), UNSAFE, ids=[f"{m} {path[:60]}" for m, path, _ in UNSAFE]
)
async def test_impossible_instruction_changes_nothing(
    trader: Trader, method: str, path: str, refusal: tuple[int, int]
) -> None:
    async with trader.unchanged() as client:
        body = {"json": {"qty": "2"}} if method == "PATCH" else {}
        assert_refused(await client.request(method, path, **body), *refusal)


async def test_order_that_has_ended_can_be_neither_canceled_nor_replaced(trader: Trader) -> None:
    path = f"/v2/orders/{trader.filled_order_id}"
    async with trader.unchanged() as client:
        assert_refused(await client.delete(path), *RULE)
        assert_refused(await client.patch(path, json={"qty": "2"}), *RULE)


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"qty": "0"}, MALFORMED),
        ({"qty": "-1"}, MALFORMED),
        ({"qty": "NaN"}, MALFORMED),
        ({"qty": []}, MALFORMED),
        ({"qty": "1.5"}, RULE),
        ({"limit_price": "1.001"}, RULE),
        ({"limit_price": "0"}, MALFORMED),
        ({"limit_price": "many"}, MALFORMED),
        ({"stop_price": "1"}, MALFORMED),
        ({"time_in_force": "forever"}, MALFORMED),
        ({"time_in_force": 1}, MALFORMED),
        ({"client_order_id": "x" * 129}, MALFORMED),
        ({"client_order_id": "the filled one"}, MALFORMED),
        ({"qty": "1000000", "limit_price": "100"}, (403, 40310000)),
    ],
)
async def test_impossible_replacement_leaves_the_order(
    trader: Trader, fields: dict[str, object], refusal: tuple[int, int]
) -> None:
    async with trader.unchanged() as client:
        answer = await client.patch(f"/v2/orders/{trader.open_order_id}", json=fields)
        assert_refused(answer, *refusal)


@pytest.mark.parametrize(
    "fields",
    [
        {"suspend_trade": "yes"},
        {"no_shorting": 1},
        {"trade_confirm_email": "sometimes"},
        {"max_margin_multiplier": "3"},
        {"max_margin_multiplier": 1.5},
        {"max_options_trading_level": 2},
        {"pdt_check": "never"},
    ],
)
async def test_impossible_setting_leaves_the_settings(
    trader: Trader, fields: dict[str, object]
) -> None:
    async with trader.unchanged() as client:
        answer = await client.patch("/v2/account/configurations", json=fields)
        assert_refused(answer, *MALFORMED)
