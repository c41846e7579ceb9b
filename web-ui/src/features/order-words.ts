/** Orders in words. */

import type { Order, TradeUpdate } from "../api/types";
import { formatPlain, parseDecimal } from "../lib/decimal";
import { formatMoney, formatPrice, formatQuantity } from "../lib/format";

const STATUS_WORDS: Record<string, string> = {
  new: "Working",
  accepted: "Waiting for open",
  held: "Held",
  partially_filled: "Partly filled",
  filled: "Filled",
  canceled: "Canceled",
  expired: "Expired",
  replaced: "Replaced",
  rejected: "Rejected",
  pending_new: "Pending",
  pending_cancel: "Canceling",
  pending_replace: "Replacing",
};

export function statusWord(status: string): string {
  return STATUS_WORDS[status] ?? status.replaceAll("_", " ");
}

const TIME_WORDS: Record<string, string> = { day: "Day", opg: "At open", cls: "At close" };

export function timeInForceWord(value: string): string {
  return TIME_WORDS[value] ?? value.toUpperCase();
}

/** `Buy 10 AAPL`, the start of every sentence about an order. */
export function orderTitle(order: Order): string {
  const side = order.side === "buy" ? "Buy" : "Sell";
  return `${side} ${sizeWord(order)} ${order.symbol}`;
}

/** How much an order is for: its quantity, or the amount of money that it was sent for. */
export function sizeWord(order: Order): string {
  if (order.qty !== null) return formatQuantity(parseDecimal(order.qty));
  return `${formatMoney(parseDecimal(order.notional))} of`;
}

/** The price that an order waits for: `Market`, `182.50`, `Stop 9.00`, `Trail 5% from 10.00`. */
export function priceWord(order: Order): string {
  const limit = parseDecimal(order.limit_price);
  const stop = parseDecimal(order.stop_price);
  switch (order.type) {
    case "limit":
      return formatPrice(limit);
    case "stop":
      return `Stop ${formatPrice(stop)}`;
    case "stop_limit":
      return `Stop ${formatPrice(stop)}, limit ${formatPrice(limit)}`;
    case "trailing_stop": {
      const percent = parseDecimal(order.trail_percent);
      const trail =
        percent === null
          ? formatPrice(parseDecimal(order.trail_price))
          : `${formatPlain(percent)}%`;
      return `Trail ${trail}, stop ${formatPrice(stop)}`;
    }
    default:
      return "Market";
  }
}

/** When an order ended, or last changed. */
export function endedAt(order: Order): Date {
  return new Date(
    order.filled_at ??
      order.canceled_at ??
      order.expired_at ??
      order.replaced_at ??
      order.updated_at,
  );
}

export interface Notice {
  tone: "up" | "down" | "flat";
  title: string;
  text: string;
}

/** What to tell about an update; `null` for those that need no telling. */
export function noticeOf(update: TradeUpdate): Notice | null {
  const { order, event } = update;
  const verb = order.side === "buy" ? "Bought" : "Sold";
  switch (event) {
    case "fill":
    case "partial_fill": {
      const qty = formatQuantity(parseDecimal(update.qty ?? order.filled_qty));
      const price = formatPrice(parseDecimal(update.price ?? order.filled_avg_price));
      const whole = sizeWord(order);
      const filled = formatQuantity(parseDecimal(order.filled_qty));
      return {
        tone: order.side === "buy" ? "up" : "down",
        title: `${verb} ${qty} ${order.symbol} at $${price}`,
        text:
          event === "fill"
            ? `Order for ${whole.replace(/ of$/, "")} filled.`
            : order.qty === null
              ? `${filled} filled so far.`
              : `${filled} of ${whole} filled so far.`,
      };
    }
    case "canceled":
      return { tone: "flat", title: `${orderTitle(order)} canceled`, text: remainder(order) };
    case "expired":
      return { tone: "flat", title: `${orderTitle(order)} expired`, text: remainder(order) };
    case "rejected":
      return { tone: "down", title: `${orderTitle(order)} rejected`, text: "Nothing was traded." };
    default:
      return null;
  }
}

function remainder(order: Order): string {
  const filled = parseDecimal(order.filled_qty) ?? 0n;
  return filled > 0n ? `${formatQuantity(filled)} had filled before.` : "Nothing was traded.";
}
