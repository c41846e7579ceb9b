import { describe, expect, it } from "vitest";
import {
  divideHalfEven,
  formatPlain,
  multiply,
  parseDecimal,
  ratio,
  roundTo,
  SCALE,
} from "./decimal";

describe("parseDecimal", () => {
  it.each([
    ["0", 0n],
    ["1", SCALE],
    ["-1.5", -1_500_000_000n],
    [".5", 500_000_000n],
    ["10.", 10n * SCALE],
    ["0.000000001", 1n],
    ["123456789012.123456789", 123_456_789_012_123_456_789n],
    [" 7.25 ", 7_250_000_000n],
    ["1e-7", 100n],
    ["1.5E+3", 1_500n * SCALE],
    ["0.0000000010", 1n],
  ])("reads %s exactly", (text, units) => {
    expect(parseDecimal(text)).toBe(units);
  });

  it("reads a JSON number by its shortest text, not by its binary value", () => {
    expect(parseDecimal(0.1)).toBe(100_000_000n);
    expect(parseDecimal(1120.71)).toBe(1_120_710_000_000n);
    expect(parseDecimal(1e-9)).toBe(1n);
  });

  it.each(["", " ", ".", "-", "abc", "1.2.3", "1,000", "0x10", "NaN", "Infinity", "1e"])(
    "refuses %j, which is no number",
    (text) => {
      expect(parseDecimal(text)).toBeNull();
    },
  );

  it("refuses more than nine decimals and endless text rather than round them", () => {
    expect(parseDecimal("0.0000000001")).toBeNull();
    expect(parseDecimal("1".repeat(65))).toBeNull();
    expect(parseDecimal("1e999")).toBeNull();
  });

  it("has no value for what is absent", () => {
    expect(parseDecimal(null)).toBeNull();
    expect(parseDecimal(undefined)).toBeNull();
    expect(parseDecimal(Number.NaN)).toBeNull();
  });
});

describe("formatPlain", () => {
  it.each(["0", "1", "-1.5", "0.000000001", "-0.25", "123456789012.123456789"])(
    "writes back what was read: %s",
    (text) => {
      expect(formatPlain(parseDecimal(text) ?? -1n)).toBe(text);
    },
  );

  it("drops trailing zeros and the sign of zero", () => {
    expect(formatPlain(parseDecimal("-0.000") ?? -1n)).toBe("0");
    expect(formatPlain(parseDecimal("1.500") ?? -1n)).toBe("1.5");
  });
});

describe("divideHalfEven", () => {
  it.each([
    [5n, 2n, 2n],
    [7n, 2n, 4n],
    [-5n, 2n, -2n],
    [-7n, 2n, -4n],
    [5n, -2n, -2n],
    [10n, 3n, 3n],
    [11n, 3n, 4n],
    [0n, 3n, 0n],
  ])("%s / %s is %s", (numerator, denominator, quotient) => {
    expect(divideHalfEven(numerator, denominator)).toBe(quotient);
  });
});

describe("arithmetic", () => {
  it("multiplies a price and a quantity without the error of binary floats", () => {
    const cost = multiply(parseDecimal("0.1") ?? 0n, parseDecimal("3") ?? 0n);
    expect(formatPlain(cost)).toBe("0.3");
  });

  it("keeps a large value exact to the billionth", () => {
    const cost = multiply(parseDecimal("571.123456789") ?? 0n, parseDecimal("1000000000") ?? 0n);
    expect(formatPlain(cost)).toBe("571123456789");
  });

  it("has no ratio to nothing", () => {
    expect(ratio(SCALE, 0n)).toBeNull();
    expect(ratio(SCALE, 4n * SCALE)).toBe(SCALE / 4n);
  });

  it("rounds to cents half to even", () => {
    expect(formatPlain(roundTo(parseDecimal("1.005") ?? 0n, 2))).toBe("1");
    expect(formatPlain(roundTo(parseDecimal("1.015") ?? 0n, 2))).toBe("1.02");
    expect(formatPlain(roundTo(parseDecimal("-1.0051") ?? 0n, 2))).toBe("-1.01");
  });
});
