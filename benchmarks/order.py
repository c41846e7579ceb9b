"""The order that every client of the benchmarks sends."""

ORDER = {
    "symbol": "AAPL",
    "qty": "1",
    "side": "buy",
    "type": "limit",
    "time_in_force": "day",
    "limit_price": "1.25",
}
