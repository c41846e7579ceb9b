import { abs, roundTo, SCALE, SCALE_DIGITS, type Units } from "./decimal";

/** Shown where a value does not exist (yet). */
export const NONE = "–";

const MINUS = "−";

/** Group digits and cut to between `least` and `most` decimals, half to even. */
export function formatDecimal(units: Units, least: number, most: number): string {
  const rounded = roundTo(units, most);
  const magnitude = abs(rounded);
  const whole = (magnitude / SCALE).toString().replace(/\B(?=(\d{3})+$)/g, ",");
  let fraction = (magnitude % SCALE).toString().padStart(SCALE_DIGITS, "0").slice(0, most);
  while (fraction.length > least && fraction.endsWith("0")) fraction = fraction.slice(0, -1);
  return `${rounded < 0n ? MINUS : ""}${whole}${fraction ? `.${fraction}` : ""}`;
}

/** Dollars and cents: `$1,234.50`. */
export function formatMoney(units: Units | null): string {
  if (units === null) return NONE;
  const text = formatDecimal(abs(units), 2, 2);
  return `${roundTo(units, 2) < 0n ? MINUS : ""}$${text}`;
}

/** An amount of money in a column that needs no sign of it: `1,234.50`. */
export function formatAmount(units: Units | null): string {
  return units === null ? NONE : formatDecimal(units, 2, 2);
}

/** A price: at least two decimals, up to four below one dollar. */
export function formatPrice(units: Units | null): string {
  if (units === null) return NONE;
  return formatDecimal(units, 2, abs(units) < SCALE ? 4 : 2);
}

/** An average price, which may lie between ticks. */
export function formatAverage(units: Units | null): string {
  return units === null ? NONE : formatDecimal(units, 2, 4);
}

/** A quantity with the decimals that it has. */
export function formatQuantity(units: Units | null): string {
  return units === null ? NONE : formatDecimal(units, 0, SCALE_DIGITS);
}

/** A profit, loss or change of price with its sign, so that colour is never the only sign of it. */
export function formatSigned(units: Units | null, write: (value: Units) => string): string {
  if (units === null) return NONE;
  const text = write(abs(units));
  if (!/[1-9]/.test(text)) return text;
  return `${units < 0n ? MINUS : "+"}${text}`;
}

/** A ratio in billionths as a signed percentage: `+1.25%`. */
export function formatPercent(units: Units | null): string {
  return formatSigned(units, (value) => `${formatDecimal(value * 100n, 2, 2)}%`);
}

/** A large count in short: `1.2M`. */
export function formatCompact(units: Units | null): string {
  if (units === null) return NONE;
  const steps: [Units, string][] = [
    [1_000_000_000n, "B"],
    [1_000_000n, "M"],
    [1_000n, "K"],
  ];
  for (const [size, letter] of steps) {
    if (abs(units) >= size * SCALE) return `${formatDecimal(units / size, 0, 2)}${letter}`;
  }
  return formatDecimal(units, 0, 0);
}

/** Which way a value points, for its colour. */
export function tone(units: Units | null): "up" | "down" | "flat" {
  if (units === null || units === 0n) return "flat";
  return units > 0n ? "up" : "down";
}
