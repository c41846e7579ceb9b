/**
 * Exact decimals: whole numbers of billionths in a `bigint`, as the trading core counts them.
 *
 * Money, prices and quantities come as strings and are shown, added and multiplied without ever
 * passing through a binary float.
 */

/** A number of billionths. */
export type Units = bigint;

export const SCALE_DIGITS = 9;
export const SCALE: Units = 1_000_000_000n;

const PLAIN = /^([+-]?)(\d*)(?:\.(\d*))?$/;
const SCIENTIFIC = /^([+-]?)(\d+)(?:\.(\d+))?[eE]([+-]?\d{1,3})$/;
const MAX_TEXT = 64;

/**
 * Read a decimal from its text, or from a JSON number (whose shortest text is what was written).
 * Returns `null` when it is no number or has more than nine decimals.
 */
export function parseDecimal(value: string | number | null | undefined): Units | null {
  if (value === null || value === undefined) return null;
  const text = String(value).trim();
  if (text.length > MAX_TEXT) return null;
  const plain = PLAIN.exec(text);
  if (plain) return fromDigits(plain[1], plain[2], plain[3], 0);
  const scientific = SCIENTIFIC.exec(text);
  if (!scientific) return null;
  return fromDigits(scientific[1], scientific[2], scientific[3], Number(scientific[4]));
}

function fromDigits(
  sign: string | undefined,
  whole = "",
  fraction = "",
  exponent: number,
): Units | null {
  const digits = whole + fraction;
  if (digits === "") return null;
  const shift = SCALE_DIGITS + exponent - fraction.length;
  if (shift > MAX_TEXT) return null;
  let units = BigInt(digits);
  if (shift >= 0) {
    units *= 10n ** BigInt(shift);
  } else {
    const divisor = 10n ** BigInt(-shift);
    if (units % divisor !== 0n) return null;
    units /= divisor;
  }
  return sign === "-" ? -units : units;
}

/** Write units as the wire does: plain digits, no trailing zeros. */
export function formatPlain(units: Units): string {
  const magnitude = units < 0n ? -units : units;
  const fraction = (magnitude % SCALE).toString().padStart(SCALE_DIGITS, "0").replace(/0+$/, "");
  const whole = (magnitude / SCALE).toString();
  return `${units < 0n ? "-" : ""}${whole}${fraction ? `.${fraction}` : ""}`;
}

/** Divide two integers, rounding half to even. Throws `RangeError` for a zero denominator. */
export function divideHalfEven(numerator: bigint, denominator: bigint): bigint {
  const negative = numerator < 0n !== denominator < 0n;
  const top = numerator < 0n ? -numerator : numerator;
  const bottom = denominator < 0n ? -denominator : denominator;
  let quotient = top / bottom;
  const twice = 2n * (top % bottom);
  if (twice > bottom || (twice === bottom && (quotient & 1n) === 1n)) quotient += 1n;
  return negative ? -quotient : quotient;
}

/** What `quantity` costs at `price`, rounded half to even to a billionth. */
export function multiply(price: Units, quantity: Units): Units {
  return divideHalfEven(price * quantity, SCALE);
}

/** The ratio of two amounts, in billionths (0.05 is 50,000,000); `null` when there is no base. */
export function ratio(part: Units, base: Units): Units | null {
  return base === 0n ? null : divideHalfEven(part * SCALE, base);
}

/** Round to a number of decimals, half to even; the result still counts billionths. */
export function roundTo(units: Units, decimals: number): Units {
  const step = 10n ** BigInt(SCALE_DIGITS - decimals);
  return divideHalfEven(units, step) * step;
}

/** Nearest float, for chart coordinates only. */
export function toNumber(units: Units): number {
  return Number(formatPlain(units));
}

export function abs(units: Units): Units {
  return units < 0n ? -units : units;
}
