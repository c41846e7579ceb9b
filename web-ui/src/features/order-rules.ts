/** What can be said about the numbers of an order before it is sent. The server alone decides. */

import type { Asset, OrderSide } from "../api/types";
import { formatPlain, parseDecimal, SCALE, type Units } from "../lib/decimal";
import type { Market } from "../stream/market-store";

const CENT: Units = SCALE / 100n;
const SUB_PENNY: Units = CENT / 100n;

/** Whether an instrument is a crypto pair, which trades around the clock. */
export function isCoin(asset: Asset | undefined): boolean {
  return asset?.class === "crypto";
}

/** What a quantity counts: shares, or the coin of a pair. */
export function unitOf(symbol: string, asset: Asset | undefined): string {
  return isCoin(asset) ? (symbol.split("/")[0] ?? symbol) : "shares";
}

/** The step of a price: the instrument's own; a share below one dollar has hundredths of a cent. */
export function tick(price: Units, asset: Asset | undefined): Units {
  const step = parseDecimal(asset?.price_increment) ?? CENT;
  return !isCoin(asset) && price < SCALE && step > SUB_PENNY ? SUB_PENNY : step;
}

/** Check a quantity's text; returns a sentence, or `undefined` when it will do. */
export function checkQuantity(text: string, asset: Asset | undefined): string | undefined {
  if (text.trim() === "") return `Enter how many ${unitOf(asset?.symbol ?? "", asset)}.`;
  const qty = parseDecimal(clean(text));
  if (qty === null) return "Enter a number with at most nine decimals, such as 10 or 0.5.";
  if (qty <= 0n) return "The quantity must be more than zero.";
  if (asset && !asset.fractionable && qty % SCALE !== 0n) {
    return `${asset.symbol} trades in whole shares only.`;
  }
  const least = parseDecimal(asset?.min_order_size) ?? 0n;
  if (qty < least) return `The smallest order of ${asset?.symbol} is ${formatPlain(least)}.`;
  return undefined;
}

/** Check the text of an amount of money; returns a sentence, or `undefined` when it will do. */
export function checkAmount(text: string): string | undefined {
  if (text.trim() === "") return "Enter an amount of money.";
  const amount = parseDecimal(clean(text));
  if (amount === null) return "Enter an amount in dollars, such as 250 or 99.50.";
  return amount <= 0n ? "The amount must be more than zero." : undefined;
}

/** Check a price's text; returns a sentence, or `undefined` when it will do. */
export function checkPrice(
  name: string,
  text: string,
  asset: Asset | undefined,
): string | undefined {
  if (text.trim() === "") return `Enter a ${name}.`;
  const price = parseDecimal(clean(text));
  if (price === null) return "Enter a price in dollars, such as 182.50.";
  if (price <= 0n) return `The ${name} must be more than zero.`;
  const step = tick(price, asset);
  if (price % step === 0n) return undefined;
  if (step === CENT)
    return isCoin(asset) ? "Use two decimals." : "From $1.00 on, use two decimals.";
  if (step === SUB_PENNY) return "Below $1.00, use at most four decimals.";
  return `Use steps of ${formatPlain(step)}.`;
}

/** The best price on the other side: the ask for a buyer, the bid for a seller. */
export function touch(side: OrderSide, market: Market): Units | null {
  const quoted = side === "buy" ? market.quote?.ap : market.quote?.bp;
  const price = parseDecimal(quoted ? quoted : market.trade?.p);
  return price !== null && price > 0n ? price : null;
}

/** The most that cash can buy at a price: whole shares, or a coin to a millionth. */
export function affordable(buyingPower: Units, price: Units, step: Units = SCALE): Units {
  if (price <= 0n || buyingPower <= 0n) return 0n;
  const most = (buyingPower * SCALE) / price;
  return most - (most % step);
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
