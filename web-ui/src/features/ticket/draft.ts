/** The draft of an order: what may be chosen beside what, and the order that it means. */

import type { Asset, NewOrder, OrderSide, OrderType, TimeInForce } from "../../api/types";
import { multiply, parseDecimal, type Units } from "../../lib/decimal";
import type { Market } from "../../stream/market-store";
import { clean, isCoin, touch } from "../order-rules";

/** What is sent along to end the position: both exits, one of them, or an exit pair alone. */
export type Exits = "none" | "bracket" | "take_profit" | "stop_loss" | "oco";

export interface Draft {
  side: OrderSide;
  type: OrderType;
  /** Whether `qty` counts shares or dollars. */
  unit: "shares" | "money";
  qty: string;
  limitPrice: string;
  stopPrice: string;
  trailBy: "percent" | "price";
  trail: string;
  timeInForce: TimeInForce;
  extendedHours: boolean;
  exits: Exits;
  takeProfit: string;
  stopLoss: string;
  /** Empty: the stop-loss sells at market once it is triggered. */
  stopLossLimit: string;
}

export const EMPTY: Draft = {
  side: "buy",
  type: "market",
  unit: "shares",
  qty: "",
  limitPrice: "",
  stopPrice: "",
  trailBy: "percent",
  trail: "",
  timeInForce: "day",
  extendedHours: false,
  exits: "none",
  takeProfit: "",
  stopLoss: "",
  stopLossLimit: "",
};

interface Choice<Value extends string> {
  value: Value;
  label: string;
}

export const TYPES: Choice<OrderType>[] = [
  { value: "market", label: "Market" },
  { value: "limit", label: "Limit" },
  { value: "stop", label: "Stop" },
  { value: "stop_limit", label: "Stop limit" },
  { value: "trailing_stop", label: "Trailing stop" },
];

export const EXITS: Choice<Exits>[] = [
  { value: "none", label: "None" },
  { value: "bracket", label: "Take profit and stop loss" },
  { value: "take_profit", label: "Take profit" },
  { value: "stop_loss", label: "Stop loss" },
  { value: "oco", label: "One cancels the other" },
];

export const TIMES_IN_FORCE: (Choice<TimeInForce> & { meaning: string })[] = [
  { value: "day", label: "Day", meaning: "Stands until the session ends." },
  { value: "gtc", label: "GTC", meaning: "Stands until it fills or you cancel it." },
  { value: "ioc", label: "IOC", meaning: "Fills what it can at once, cancels the rest." },
  { value: "fok", label: "FOK", meaning: "Fills completely at once, or not at all." },
  { value: "opg", label: "At the open", meaning: "Trades in the opening auction alone." },
  { value: "cls", label: "At the close", meaning: "Trades in the closing auction alone." },
];

const STANDING: TimeInForce[] = ["day", "gtc"];

export function hasLimit(draft: Draft): boolean {
  return draft.type === "limit" || draft.type === "stop_limit";
}

export function hasStop(draft: Draft): boolean {
  return draft.type === "stop" || draft.type === "stop_limit";
}

export function hasTakeProfit(draft: Draft): boolean {
  return draft.exits === "bracket" || draft.exits === "take_profit";
}

export function hasStopLoss(draft: Draft): boolean {
  return draft.exits === "bracket" || draft.exits === "stop_loss" || draft.exits === "oco";
}

/** The types that an instrument takes. */
export function typesFor(asset: Asset | undefined): Choice<OrderType>[] {
  if (!isCoin(asset)) return TYPES;
  return TYPES.filter(({ value }) => ["market", "limit", "stop_limit"].includes(value));
}

/** The exits that may stand beside a type. */
export function exitsFor(draft: Draft, asset: Asset | undefined): Choice<Exits>[] {
  const offered: Exits[] = ["none"];
  if (!isCoin(asset) && draft.unit === "shares") {
    if (draft.type === "market" || draft.type === "limit") {
      offered.push("bracket", "take_profit", "stop_loss");
    }
    if (draft.type === "limit") offered.push("oco");
  }
  return EXITS.filter(({ value }) => offered.includes(value));
}

/** The times in force that may stand beside everything else. */
export function timesFor(draft: Draft, asset: Asset | undefined): typeof TIMES_IN_FORCE {
  return TIMES_IN_FORCE.filter(({ value }) => takesTime(value, draft, asset));
}

function takesTime(time: TimeInForce, draft: Draft, asset: Asset | undefined): boolean {
  const immediate = draft.type === "market" || draft.type === "limit";
  if (isCoin(asset)) return time === "gtc" || (time === "ioc" && immediate);
  if (draft.unit === "money" || isFraction(draft)) return time === "day";
  if (!immediate || draft.exits !== "none" || draft.extendedHours) return STANDING.includes(time);
  return true;
}

/** Whether the quantity has a part of a share, which stands for the day alone. */
export function isFraction(draft: Draft): boolean {
  const qty = parseDecimal(clean(draft.qty));
  return draft.unit === "shares" && qty !== null && qty % 1_000_000_000n !== 0n;
}

/** Whether an amount of money can be ordered instead of a quantity. */
export function takesMoney(draft: Draft, asset: Asset | undefined): boolean {
  return draft.type !== "trailing_stop" && (asset?.fractionable ?? false);
}

/** Whether the order may ask for the hours before and after the session. */
export function takesExtendedHours(draft: Draft, asset: Asset | undefined): boolean {
  return !isCoin(asset) && draft.type === "limit" && draft.exits === "none";
}

/** Bring every choice to one that may stand beside the others, the ones above first. */
export function settle(draft: Draft, asset: Asset | undefined): Draft {
  const next = { ...draft };
  if (!typesFor(asset).some(({ value }) => value === next.type)) next.type = "market";
  if (next.unit === "money" && !takesMoney(next, asset)) {
    next.unit = "shares";
    next.qty = "";
  }
  if (!exitsFor(next, asset).some(({ value }) => value === next.exits)) next.exits = "none";
  if (!takesExtendedHours(next, asset)) next.extendedHours = false;
  if (!takesTime(next.timeInForce, next, asset)) {
    next.timeInForce = timesFor(next, asset)[0]?.value ?? "day";
  }
  return next;
}

/** The order that a valid draft means. */
export function toOrder(draft: Draft, symbol: string, clientOrderId: string): NewOrder {
  const amount = clean(draft.qty);
  return {
    symbol,
    side: draft.side,
    type: draft.type,
    time_in_force: draft.timeInForce,
    client_order_id: clientOrderId,
    ...(draft.unit === "money" ? { notional: amount } : { qty: amount }),
    ...(hasLimit(draft) ? { limit_price: clean(draft.limitPrice) } : {}),
    ...(hasStop(draft) ? { stop_price: clean(draft.stopPrice) } : {}),
    ...(draft.type === "trailing_stop" ? trailOf(draft) : {}),
    ...(draft.extendedHours ? { extended_hours: true } : {}),
    ...exitsOf(draft),
  };
}

function trailOf(draft: Draft): Pick<NewOrder, "trail_price" | "trail_percent"> {
  const trail = clean(draft.trail);
  return draft.trailBy === "price" ? { trail_price: trail } : { trail_percent: trail };
}

function exitsOf(draft: Draft): Pick<NewOrder, "order_class" | "take_profit" | "stop_loss"> {
  if (draft.exits === "none") return {};
  const limit = clean(draft.stopLossLimit);
  const target = draft.exits === "oco" ? draft.limitPrice : draft.takeProfit;
  const single = draft.exits === "take_profit" || draft.exits === "stop_loss";
  return {
    order_class: single ? "oto" : draft.exits === "oco" ? "oco" : "bracket",
    ...(draft.exits === "stop_loss" ? {} : { take_profit: { limit_price: clean(target) } }),
    ...(hasStopLoss(draft)
      ? {
          stop_loss: {
            stop_price: clean(draft.stopLoss),
            ...(limit ? { limit_price: limit } : {}),
          },
        }
      : {}),
  };
}

/** The price that an order would trade at: its limit or stop, or the other side of the quote. */
export function expectedPrice(draft: Draft, market: Market): Units | null {
  if (hasLimit(draft)) return parseDecimal(clean(draft.limitPrice));
  if (hasStop(draft)) return parseDecimal(clean(draft.stopPrice));
  return touch(draft.side, market);
}

/** What the draft would cost or bring in, before fees. */
export function estimate(draft: Draft, market: Market): Units | null {
  const qty = parseDecimal(clean(draft.qty));
  if (qty === null || draft.unit === "money") return qty;
  const price = expectedPrice(draft, market);
  return price === null ? null : multiply(price, qty);
}
