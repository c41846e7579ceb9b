"""The equity chart: one HTML file that needs nothing else, drawn as SVG."""

import json
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from html import escape
from importlib import resources
from math import log10
from string import Template

from tradewind.demo.results import Curve, Results
from tradewind.demo.wording import dollars, percent

_WIDTH, _LEFT, _RIGHT = 1120, 76, 1100
_EQUITY_TOP, _EQUITY_BOTTOM = 24, 384
_FALL_TOP, _FALL_BOTTOM = 436, 556
_HEIGHT = 596
_YEAR_LABELS_MAX = 14

_Scale = Callable[[float], float]


def write_chart(results: Results) -> str:
    """Return the page."""
    plan, performance = results.plan, results.performance
    first, last = results.bot.dates[0], results.bot.dates[-1]
    profit = performance.end_equity - plan.cash
    template = Template(resources.files(__package__).joinpath("chart.html").read_text("utf-8"))
    return template.substitute(
        symbols=escape(" · ".join(plan.symbols)),
        period=f"{_written(first)} – {_written(last)}",
        final_equity=dollars(performance.end_equity),
        profit=f"{dollars(profit, sign=True)} after fees",
        bot_return=percent(performance.time_weighted_return, sign=True),
        bot_yearly=f"{percent(results.bot.yearly_return, sign=True)} a year",
        bot_fall=percent(performance.max_drawdown),
        holding_return=percent(results.holding.total_return, sign=True),
        holding_yearly=f"{percent(results.holding.yearly_return, sign=True)} a year",
        holding_fall=percent(max(results.holding.drawdowns())),
        fills=f"{performance.fills:,}",
        fees=dollars(performance.fees),
        fee=f"{plan.fee_bps.normalize():f} basis point{'' if plan.fee_bps == 1 else 's'}",
        dividends=dollars(performance.dividends),
        width=_WIDTH,
        height=_HEIGHT,
        chart=_chart(results),
        data=json.dumps(_hover_data(results), separators=(",", ":")),
    )


def _chart(results: Results) -> str:
    dates = results.bot.dates
    x = _linear(dates[0].toordinal(), dates[-1].toordinal(), _LEFT, _RIGHT)
    curves = (("holding", results.holding), ("bot", results.bot))
    values = [float(value) for _, curve in curves for value in curve.values]
    y = _logarithmic(min(values) * 0.94, max(values) * 1.06, _EQUITY_BOTTOM, _EQUITY_TOP)
    falls = {name: [float(fall) for fall in curve.drawdowns()] for name, curve in curves}
    deepest = max(max(each) for each in falls.values()) or 0.01
    fall_y = _linear(0.0, deepest * 1.08, _FALL_TOP, _FALL_BOTTOM)
    parts = [
        *_money_grid(min(values), max(values), y),
        *_fall_grid(deepest, fall_y),
        *_year_grid(dates, x),
        f'<text class="title" x="{_LEFT}" y="14">Equity, logarithmic scale</text>',
        f'<text class="title" x="{_LEFT}" y="{_FALL_TOP - 12}">Fall from the peak so far</text>',
    ]
    for name, curve in curves:
        parts.append(_line(name, dates, curve.values, x, y))
    for name, each in falls.items():
        area = _points(dates, each, x, fall_y)
        start, end = f"{x(dates[0].toordinal()):.1f}", f"{x(dates[-1].toordinal()):.1f}"
        outline = f"M{start},{_FALL_TOP}L{area}L{end},{_FALL_TOP}Z"
        parts.append(f'<path class="area {name}" d="{outline}"/>')
    return "\n".join(parts)


def _line(name: str, dates: Sequence[date], values: Sequence[Decimal], x: _Scale, y: _Scale) -> str:
    path = _points(dates, [float(value) for value in values], x, y)
    end_x, end_y = x(dates[-1].toordinal()), y(float(values[-1]))
    return (
        f'<path class="line {name}" d="M{path}"/>'
        f'<circle class="end {name}" cx="{end_x:.1f}" cy="{end_y:.1f}" r="3.5"/>'
    )


def _points(dates: Sequence[date], values: Sequence[float], x: _Scale, y: _Scale) -> str:
    pairs = zip(dates, values, strict=True)
    return "L".join(f"{x(day.toordinal()):.1f},{y(value):.1f}" for day, value in pairs)


def _money_grid(low: float, high: float, y: _Scale) -> list[str]:
    steps = [base * 10**power for power in range(12) for base in (1, 2, 5)]
    lines = [step for step in steps if low * 0.94 <= step <= high * 1.06]
    if len(lines) < 3:  # a narrow range: even steps say more than 1, 2, 5
        width = (high - low) / 4 or 1.0
        lines = [low + width * number for number in range(5)]
    return [_grid_line(y(value), dollars(Decimal(round(value)), cents=False)) for value in lines]


def _fall_grid(deepest: float, y: _Scale) -> list[str]:
    step = next(step for step in (0.01, 0.02, 0.05, 0.1, 0.2, 0.25, 0.5) if deepest / step <= 4.5)
    count = int(deepest / step) + 1
    return [_grid_line(y(step * n), f"−{step * n:.0%}" if n else "0%") for n in range(count)]


def _grid_line(height: float, label: str) -> str:
    at, below = f"{height:.1f}", f"{height + 4:.1f}"
    return (
        f'<line class="grid" x1="{_LEFT}" x2="{_RIGHT}" y1="{at}" y2="{at}"/>'
        f'<text class="label" x="{_LEFT - 10}" y="{below}" text-anchor="end">{label}</text>'
    )


def _year_grid(dates: Sequence[date], x: _Scale) -> list[str]:
    years = range(dates[0].year + 1, dates[-1].year + 1)
    every = max(1, -(-len(years) // _YEAR_LABELS_MAX))
    parts = []
    for year in years[::every]:
        at = f"{x(date(year, 1, 1).toordinal()):.1f}"
        parts.append(
            f'<line class="grid" x1="{at}" x2="{at}" y1="{_EQUITY_TOP}" y2="{_EQUITY_BOTTOM}"/>'
            f'<line class="grid" x1="{at}" x2="{at}" y1="{_FALL_TOP}" y2="{_FALL_BOTTOM}"/>'
            f'<text class="label" x="{at}" y="{_FALL_BOTTOM + 22}" '
            f'text-anchor="middle">{year}</text>'
        )
    return parts


def _written(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _linear(low: float, high: float, start: float, end: float) -> _Scale:
    width = (high - low) or 1.0
    return lambda value: start + (value - low) / width * (end - start)


def _logarithmic(low: float, high: float, start: float, end: float) -> _Scale:
    scale = _linear(log10(low), log10(high), start, end)
    return lambda value: scale(log10(value))


def _hover_data(results: Results) -> dict[str, object]:
    def column(curve: Curve) -> list[str]:
        return [f"{value:.2f}" for value in curve.values]

    return {
        "dates": [day.isoformat() for day in results.bot.dates],
        "bot": column(results.bot),
        "holding": column(results.holding),
        "left": _LEFT,
        "right": _RIGHT,
    }
