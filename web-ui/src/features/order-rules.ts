/** What can be said about an order before it is sent. The server alone decides. */

import type { Asset, NewOrder, OrderSide, TimeInForce } from "../api/types";
import { formatPlain, multiply, parseDecimal, SCALE, type Units } from "../lib/decimal";
import type { Market } from "../stream/market-store";

export interface Draft {
  side: OrderSide;
  type: "market" | "limit";
  qty: string;
  limitPrice: string;
  timeInForce: TimeInForce;
}

export interface DraftErrors {
  qty?: string;
  limitPrice?: string;
}

export const TIMES_IN_FORCE: { value: TimeInForce; label: string; meaning: string }[] = [
  { value: "day", label: "Day", meaning: "Stands until the session ends." },
  { value: "gtc", label: "GTC", meaning: "Stands until it fills or you cancel it." },
  {
    value: "ioc",
    label: "IOC",
    meaning: "Fills what it can at once, cancels the rest.",
  },
  { value: "fok", label: "FOK", meaning: "Fills completely at once, or not at all." },
];

const CENT: Units = SCALE / 100n;
const HUNDREDTH_CENT: Units = CENT / 100n;

/** The step of a limit price: a cent at or above one dollar, a hundredth of that below. */
export function tick(price: Units): Units {
  return price >= SCALE ? CENT : HUNDREDTH_CENT;
}

/** Check a quantity's text; returns a sentence, or `undefined` when it will do. */
export function checkQuantity(text: string, asset: Asset | undefined): string | undefined {
  if (text.trim() === "") return "Enter how many shares.";
  const qty = parseDecimal(clean(text));
  if (qty === null) return "Enter a number with at most nine decimals, such as 10 or 0.5.";
  if (qty <= 0n) return "The quantity must be more than zero.";
  if (asset && !asset.fractionable && qty % SCALE !== 0n) {
    return `${asset.symbol} trades in whole shares only.`;
  }
  return undefined;
}

/** Check a limit price's text; returns a sentence, or `undefined` when it will do. */
export function checkLimitPrice(text: string): string | undefined {
  if (text.trim() === "") return "Enter a limit price.";
  const price = parseDecimal(clean(text));
  if (price === null) return "Enter a price in dollars, such as 182.50.";
  if (price <= 0n) return "The limit price must be more than zero.";
  if (price % tick(price) !== 0n) {
    return price >= SCALE
      ? "From $1.00 on, use two decimals."
      : "Below $1.00, use at most four decimals.";
  }
  return undefined;
}

/** Check a whole draft. */
export function checkDraft(draft: Draft, asset: Asset | undefined): DraftErrors {
  const errors: DraftErrors = {};
  const qty = checkQuantity(draft.qty, asset);
  if (qty) errors.qty = qty;
  const limitPrice = draft.type === "limit" ? checkLimitPrice(draft.limitPrice) : undefined;
  if (limitPrice) errors.limitPrice = limitPrice;
  return errors;
}

/** The order that a valid draft means. */
export function toOrder(draft: Draft, symbol: string, clientOrderId: string): NewOrder {
  return {
    symbol,
    side: draft.side,
    type: draft.type,
    time_in_force: draft.timeInForce,
    qty: clean(draft.qty),
    client_order_id: clientOrderId,
    ...(draft.type === "limit" ? { limit_price: clean(draft.limitPrice) } : {}),
  };
}

/** The price that an order would trade at now: its limit, or the other side of the quote. */
export function expectedPrice(draft: Draft, market: Market): Units | null {
  if (draft.type === "limit") return parseDecimal(clean(draft.limitPrice));
  return touch(draft.side, market);
}

/** The best price on the other side: the ask for a buyer, the bid for a seller. */
export function touch(side: OrderSide, market: Market): Units | null {
  const quoted = side === "buy" ? market.quote?.ap : market.quote?.bp;
  const price = parseDecimal(quoted ? quoted : market.trade?.p);
  return price !== null && price > 0n ? price : null;
}

/** What the draft would cost or bring in, before fees. */
export function estimate(draft: Draft, market: Market): Units | null {
  const price = expectedPrice(draft, market);
  const qty = parseDecimal(clean(draft.qty));
  return price === null || qty === null ? null : multiply(price, qty);
}

/** The most whole shares that cash can buy at a price. */
export function affordable(buyingPower: Units, price: Units): Units {
  if (price <= 0n || buyingPower <= 0n) return 0n;
  return (buyingPower / price) * SCALE;
}

/**
 * A share of a quantity in percent: whole shares while that leaves any, else the fraction where the
 * instrument allows one.
 */
export function portion(total: Units, percent: bigint, fractionable: boolean): Units {
  if (percent >= 100n) return total;
  const part = (total * percent) / 100n;
  const whole = part - (part % SCALE);
  return whole > 0n || !fractionable ? whole : part;
}

/** A price as it is typed: cents always, more decimals where the tick needs them. */
export function priceText(price: Units): string {
  const [whole = "0", fraction = ""] = formatPlain(price).split(".");
  return `${whole}.${fraction.padEnd(2, "0")}`;
}

/** Text as the wire wants it: without spaces and grouping commas. */
export function clean(text: string): string {
  return text.trim().replaceAll(",", "");
}

/** A new order's own id, so that sending it twice cannot order twice. */
export function newClientOrderId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return `web-${Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}
