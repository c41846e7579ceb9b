/** What is wrong with a draft, field by field, as it is typed. */

import type { Asset } from "../../api/types";
import { parseDecimal, SCALE, type Units } from "../../lib/decimal";
import { formatPrice } from "../../lib/format";
import type { Market } from "../../stream/market-store";
import { checkAmount, checkPrice, checkQuantity, clean, tick } from "../order-rules";
import {
  type Draft,
  expectedPrice,
  hasLimit,
  hasStop,
  hasStopLoss,
  hasTakeProfit,
  isFraction,
} from "./draft";

/** The fields that are typed into. */
export const TYPED = [
  "qty",
  "limitPrice",
  "stopPrice",
  "trail",
  "takeProfit",
  "stopLoss",
  "stopLossLimit",
] as const;
export type DraftErrors = Partial<Record<(typeof TYPED)[number], string>>;

/** Check a whole draft; what comes back is empty when it may be sent. */
export function checkDraft(draft: Draft, asset: Asset | undefined, market: Market): DraftErrors {
  const found: Record<string, string | undefined> = {
    qty: checkSize(draft, asset),
    limitPrice: hasLimit(draft) ? checkPrice("limit price", draft.limitPrice, asset) : undefined,
    stopPrice: hasStop(draft) ? checkPrice("stop price", draft.stopPrice, asset) : undefined,
    trail: draft.type === "trailing_stop" ? checkTrail(draft, asset, market) : undefined,
    ...checkExits(draft, asset, market),
  };
  return Object.fromEntries(
    Object.entries(found).filter(([, sentence]) => sentence),
  ) as DraftErrors;
}

/** The errors that are shown while somebody types: not of what is still empty. */
export function visibleErrors(errors: DraftErrors, draft: Draft, asked: boolean): DraftErrors {
  if (asked) return errors;
  return Object.fromEntries(
    TYPED.filter((name) => draft[name].trim() !== "" && errors[name]).map((name) => [
      name,
      errors[name],
    ]),
  );
}

function checkSize(draft: Draft, asset: Asset | undefined): string | undefined {
  if (draft.unit === "money") return checkAmount(draft.qty);
  const wrong = checkQuantity(draft.qty, asset);
  if (wrong || asset?.class === "crypto" || !isFraction(draft)) return wrong;
  if (draft.exits !== "none") return "Orders with exits are for whole shares.";
  return draft.type === "trailing_stop" ? "Trailing stops are for whole shares." : undefined;
}

function checkTrail(draft: Draft, asset: Asset | undefined, market: Market): string | undefined {
  if (draft.trailBy === "percent") {
    const percent = parseDecimal(clean(draft.trail));
    if (draft.trail.trim() === "") return "Enter a percentage.";
    if (percent === null) return "Enter a percentage, such as 2.5.";
    return percent > 0n && percent < 100n * SCALE
      ? undefined
      : "Enter more than 0 and less than 100.";
  }
  const wrong = checkPrice("trail", draft.trail, asset);
  const trail = parseDecimal(clean(draft.trail));
  const last = parseDecimal(market.trade?.p);
  if (wrong || trail === null || last === null || trail < last) return wrong;
  return `The trail must be shorter than the price, ${formatPrice(last)}.`;
}

function checkExits(draft: Draft, asset: Asset | undefined, market: Market): DraftErrors {
  const errors: Record<string, string | undefined> = {};
  const profit = draft.exits === "oco" ? draft.limitPrice : draft.takeProfit;
  if (hasTakeProfit(draft)) errors.takeProfit = checkPrice("take profit", profit, asset);
  if (hasStopLoss(draft)) {
    errors.stopLoss = checkPrice("stop loss", draft.stopLoss, asset);
    if (draft.stopLossLimit.trim() !== "") {
      errors.stopLossLimit = checkPrice("stop-loss limit", draft.stopLossLimit, asset);
    }
    errors.stopLoss ??= checkStopLoss(draft, asset, market, parseDecimal(clean(profit)));
  }
  const base = draft.exits === "oco" ? null : expectedPrice(draft, market);
  if (hasTakeProfit(draft) && base !== null) {
    errors.takeProfit ??= beyond(draft, base, parseDecimal(clean(profit)));
  }
  return errors as DraftErrors;
}

/** A stop-loss lies on the losing side of the entry, and of the take-profit beside it. */
function checkStopLoss(
  draft: Draft,
  asset: Asset | undefined,
  market: Market,
  profit: Units | null,
): string | undefined {
  const stop = parseDecimal(clean(draft.stopLoss));
  const base = draft.exits === "oco" ? parseDecimal(market.trade?.p) : expectedPrice(draft, market);
  if (stop === null) return undefined;
  const sells = draft.exits === "oco" ? draft.side === "sell" : draft.side === "buy";
  const where = sells ? "below" : "above";
  const least = tick(stop, asset);
  const away = (other: Units) => (sells ? other - stop : stop - other);
  if (base !== null && away(base) < least) {
    return `The stop loss must be ${where} the price, ${formatPrice(base)}.`;
  }
  if (draft.exits !== "stop_loss" && profit !== null && away(profit) < least) {
    return `The stop loss must be ${where} the take profit, ${formatPrice(profit)}.`;
  }
  return undefined;
}

/** A take-profit lies on the winning side of the entry. */
function beyond(draft: Draft, base: Units, profit: Units | null): string | undefined {
  if (profit === null) return undefined;
  const wins = draft.side === "buy" ? profit > base : profit < base;
  const where = draft.side === "buy" ? "above" : "below";
  return wins ? undefined : `The take profit must be ${where} the price, ${formatPrice(base)}.`;
}
