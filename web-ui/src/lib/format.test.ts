import { describe, expect, it } from "vitest";
import { parseDecimal, type Units } from "./decimal";
import {
  formatCompact,
  formatMoney,
  formatPercent,
  formatPrice,
  formatQuantity,
  formatSigned,
  NONE,
  tone,
} from "./format";

function units(text: string): Units {
  const value = parseDecimal(text);
  if (value === null) throw new Error(`${text} is no decimal`);
  return value;
}

describe("money", () => {
  it.each([
    ["0", "$0.00"],
    ["1234567.891", "$1,234,567.89"],
    ["-1234.5", "−$1,234.50"],
    ["-0.001", "$0.00"],
    ["999999999999999.99", "$999,999,999,999,999.99"],
  ])("%s is written %s", (text, written) => {
    expect(formatMoney(units(text))).toBe(written);
  });

  it("shows a dash where there is no value", () => {
    expect(formatMoney(null)).toBe(NONE);
  });
});

describe("prices and quantities", () => {
  it("gives a price two decimals, and four below one dollar", () => {
    expect(formatPrice(units("1120.7"))).toBe("1,120.70");
    expect(formatPrice(units("0.1234"))).toBe("0.1234");
    expect(formatPrice(units("0.5"))).toBe("0.50");
  });

  it("keeps the decimals that a quantity has", () => {
    expect(formatQuantity(units("1000"))).toBe("1,000");
    expect(formatQuantity(units("0.000000001"))).toBe("0.000000001");
  });

  it("shortens large volumes", () => {
    expect(formatCompact(units("999"))).toBe("999");
    expect(formatCompact(units("1500"))).toBe("1.5K");
    expect(formatCompact(units("12345678"))).toBe("12.35M");
  });
});

describe("signs", () => {
  it("says the direction in a sign, not in colour alone", () => {
    expect(formatSigned(units("12.5"), formatMoney)).toBe("+$12.50");
    expect(formatSigned(units("-12.5"), formatMoney)).toBe("−$12.50");
  });

  it("gives no sign to what rounds to zero", () => {
    expect(formatSigned(units("-0.001"), formatMoney)).toBe("$0.00");
    expect(formatPercent(units("0.00001"))).toBe("0.00%");
  });

  it("writes a ratio as a percentage", () => {
    expect(formatPercent(units("0.0125"))).toBe("+1.25%");
    expect(formatPercent(units("-1"))).toBe("−100.00%");
  });

  it("has a tone for every value", () => {
    expect([tone(1n), tone(-1n), tone(0n), tone(null)]).toEqual(["up", "down", "flat", "flat"]);
  });
});
