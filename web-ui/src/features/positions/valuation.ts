/** What positions and the account are worth at the newest prices, exactly. */

import type { Account, Income, PortfolioHistory, Position } from "../../api/types";
import { abs, multiply, parseDecimal, ratio, type Units } from "../../lib/decimal";
import { exchangeDate } from "../../lib/time";
import type { Market } from "../../stream/market-store";

export interface PositionValue {
  qty: Units;
  cost: Units;
  price: Units | null;
  marketValue: Units | null;
  profit: Units | null;
  today: Units | null;
}

/** Value a position at the newest trade, or at the server's price while there is none. */
export function valuePosition(position: Position, market: Market): PositionValue {
  const qty = parseDecimal(position.qty) ?? 0n;
  const cost = parseDecimal(position.cost_basis) ?? 0n;
  const served = parseDecimal(position.current_price);
  const price = parseDecimal(market.trade?.p) ?? served;
  const marketValue = price === null ? null : multiply(price, qty);
  const servedToday = parseDecimal(position.unrealized_intraday_pl);
  const today =
    servedToday === null || price === null || served === null
      ? servedToday
      : servedToday + multiply(price, qty) - multiply(served, qty);
  return {
    qty,
    cost,
    price,
    marketValue,
    profit: marketValue === null ? null : marketValue - cost,
    today,
  };
}

export interface AccountValue {
  equity: Units;
  positions: Units;
}

/** Value the account: the server's equity, moved by what its positions moved since. */
export function valueAccount(
  account: Account,
  positions: readonly Position[],
  market: (symbol: string) => Market,
): AccountValue {
  let worth =
    (parseDecimal(account.long_market_value) ?? 0n) +
    (parseDecimal(account.short_market_value) ?? 0n);
  let equity = parseDecimal(account.equity) ?? 0n;
  for (const position of positions) {
    const { marketValue } = valuePosition(position, market(position.symbol));
    const served = parseDecimal(position.market_value);
    if (marketValue === null || served === null) continue;
    worth += marketValue - served;
    equity += marketValue - served;
  }
  return { equity, positions: worth };
}

/**
 * What the day's profit counts from: the history's point of today less its own profit, which takes
 * deposits into account, or else the last close. `null` while neither is known.
 */
export function dayBase(
  account: Account,
  history: PortfolioHistory | undefined,
  today: string,
): Units | null {
  const at = history?.timestamp.at(-1);
  const equity = parseDecimal(history?.equity.at(-1));
  const profit = parseDecimal(history?.profit_loss.at(-1));
  if (at !== undefined && equity !== null && profit !== null) {
    if (exchangeDate(new Date(at * 1000)) === today) return equity - profit;
  }
  const last = parseDecimal(account.last_equity);
  return last !== null && last > 0n ? last : null;
}

export interface Share {
  name: string;
  /** Part of the equity, in billionths. */
  part: Units;
}

/**
 * How the equity is used: the largest positions, the others together, and the cash that is left.
 * What is short counts as what it would cost to buy back; with more than the equity in positions
 * there is no cash, and the shares are those of the positions.
 */
export function allocation(
  positions: readonly Position[],
  market: (symbol: string) => Market,
  equity: Units,
  most: number,
): Share[] {
  const values = positions
    .map((position) => {
      const value = valuePosition(position, market(position.symbol)).marketValue ?? 0n;
      return { name: value < 0n ? `${position.symbol} short` : position.symbol, value: abs(value) };
    })
    .filter(({ value }) => value > 0n)
    .sort((one, other) => (one.value < other.value ? 1 : -1));
  const invested = values.reduce((total, { value }) => total + value, 0n);
  const whole = invested > equity ? invested : equity;
  const shown = values.length > most ? values.slice(0, most - 1) : values;
  const others = shown.reduce((rest, { value }) => rest - value, invested);
  return [...shown, { name: "Others", value: others }, { name: "Cash", value: whole - invested }]
    .map(({ name, value }) => ({ name, part: ratio(value, whole) ?? 0n }))
    .filter(({ part }) => part > 0n);
}

/** The dividends of each instrument that ever paid any. */
export function dividends(income: Income | undefined): ReadonlyMap<string, Units> {
  return new Map(
    (income?.positions ?? []).map((each) => [each.symbol, parseDecimal(each.dividends) ?? 0n]),
  );
}
