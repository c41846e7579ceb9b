/** Orders in words. */

import type { Order, TradeUpdate } from "../api/types";
import { parseDecimal } from "../lib/decimal";
import { formatPrice, formatQuantity } from "../lib/format";

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

export function timeInForceWord(value: string): string {
  return value === "day" ? "Day" : value.toUpperCase();
}

/** `Buy 10 AAPL`, the start of every sentence about an order. */
export function orderTitle(order: Order): string {
  const side = order.side === "buy" ? "Buy" : "Sell";
  return `${side} ${formatQuantity(parseDecimal(order.qty))} ${order.symbol}`;
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
      const whole = formatQuantity(parseDecimal(order.qty));
      const filled = formatQuantity(parseDecimal(order.filled_qty));
      return {
        tone: order.side === "buy" ? "up" : "down",
        title: `${verb} ${qty} ${order.symbol} at $${price}`,
        text:
          event === "fill" ? `Order for ${whole} filled.` : `${filled} of ${whole} filled so far.`,
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
