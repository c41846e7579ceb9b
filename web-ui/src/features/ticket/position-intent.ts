/** What an order would do to a position: open it or add to it, or close it. */

import type { Account, OrderSide } from "../../api/types";
import type { Units } from "../../lib/decimal";

/** Tell whether an order opens: buys of who is not short, and short sales of who may owe shares. */
export function opensPosition(
  side: OrderSide,
  qty: Units,
  accountType: Account["account_type"] | undefined,
): boolean {
  if (side === "buy") return qty >= 0n;
  return accountType === "margin" && qty <= 0n;
}
