/** What positions and the account are worth at the newest prices, exactly. */

import type { Account, Position } from "../../api/types";
import { multiply, parseDecimal, type Units } from "../../lib/decimal";
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
  today: Units | null;
}

/** Value the account: the server's equity, moved by what its positions moved since. */
export function valueAccount(
  account: Account,
  positions: readonly Position[],
  market: (symbol: string) => Market,
): AccountValue {
  let worth = parseDecimal(account.long_market_value) ?? 0n;
  let equity = parseDecimal(account.equity) ?? 0n;
  for (const position of positions) {
    const { marketValue } = valuePosition(position, market(position.symbol));
    const served = parseDecimal(position.market_value);
    if (marketValue === null || served === null) continue;
    worth += marketValue - served;
    equity += marketValue - served;
  }
  const base = parseDecimal(account.last_equity);
  const today = base !== null && base > 0n ? equity - base : null;
  return { equity, positions: worth, today };
}
