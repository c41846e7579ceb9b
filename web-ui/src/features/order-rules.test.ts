import { describe, expect, it } from "vitest";
import type { Asset } from "../api/types";
import { parseDecimal, SCALE } from "../lib/decimal";
import type { Market } from "../stream/market-store";
import {
  affordable,
  checkAmount,
  checkPrice,
  checkQuantity,
  newClientOrderId,
  portion,
  priceText,
  tick,
  touch,
  unitOf,
} from "./order-rules";

const whole: Asset = {
  id: "1",
  class: "us_equity",
  symbol: "IBM",
  name: "IBM",
  exchange: "NYSE",
  status: "active",
  tradable: true,
  fractionable: false,
  min_order_size: "1",
  price_increment: "0.01",
};

const bitcoin: Asset = {
  ...whole,
  class: "crypto",
  symbol: "BTC/USD",
  fractionable: true,
  min_order_size: "0.0001",
};

const market: Market = {
  trade: { t: "2025-07-01T14:30:00Z", p: 100, s: 1 },
  quote: { t: "2025-07-01T14:30:00Z", bp: 99.99, bs: 10, ap: 100.01, as: 20 },
  day: null,
  previousClose: null,
};

describe("quantity", () => {
  it.each(["", "ten", "1.0000000001", "0", "-1"])("refuses %j with a sentence", (text) => {
    expect(checkQuantity(text, undefined)).toMatch(/\.$/);
  });

  it("refuses a fraction where only whole shares trade, and takes it elsewhere", () => {
    expect(checkQuantity("0.5", whole)).toBe("IBM trades in whole shares only.");
    const fractional = { ...whole, fractionable: true, min_order_size: "0.000000001" };
    expect(checkQuantity("0.5", fractional)).toBeUndefined();
  });

  it("takes grouping commas as people type them", () => {
    expect(checkQuantity("1,000", whole)).toBeUndefined();
  });
});

describe("smallest order", () => {
  it("is told with the figure", () => {
    expect(checkQuantity("0.00009", bitcoin)).toBe("The smallest order of BTC/USD is 0.0001.");
    expect(checkQuantity("0.0001", bitcoin)).toBeUndefined();
  });
});

describe("amount of money", () => {
  it.each(["", "much", "0", "-5"])("refuses %j with a sentence", (text) => {
    expect(checkAmount(text)).toMatch(/\.$/);
  });

  it("takes cents and grouping commas", () => {
    expect(checkAmount("1,250.75")).toBeUndefined();
  });
});

describe("price", () => {
  it.each(["", "much", "0", "-5", "100.001", "0.12345"])("refuses %j with a sentence", (text) => {
    expect(checkPrice("limit price", text, whole)).toMatch(/\.$/);
  });

  it.each(["100", "100.01", "0.1234"])("takes %s", (text) => {
    expect(checkPrice("limit price", text, whole)).toBeUndefined();
  });

  it("steps as the instrument does", () => {
    const coarse = { ...whole, price_increment: "0.05" };
    expect(checkPrice("stop price", "10.01", coarse)).toBe("Use steps of 0.05.");
    expect(tick(SCALE / 2n, bitcoin)).toBe(SCALE / 100n);
    expect(tick(SCALE / 2n, whole)).toBe(SCALE / 10_000n);
  });
});

describe("touch", () => {
  it("is the other side of the quote, or the last trade where that is empty", () => {
    expect(touch("sell", market)).toBe(99_990_000_000n);
    const oneSided: Market = { ...market, quote: market.quote && { ...market.quote, ap: 0 } };
    expect(touch("buy", oneSided)).toBe(100n * SCALE);
  });
});

describe("unit", () => {
  it("is shares, or the coin of a pair", () => {
    expect(unitOf("IBM", whole)).toBe("shares");
    expect(unitOf("BTC/USD", bitcoin)).toBe("BTC");
  });
});

describe("portions", () => {
  it("never exceed what cash can buy", () => {
    const price = parseDecimal("333.34") ?? 0n;
    expect(affordable(1000n * SCALE, price)).toBe(2n * SCALE);
    expect(affordable(1000n * SCALE, 0n)).toBe(0n);
    const coins = affordable(1000n * SCALE, 60_000n * SCALE, SCALE / 1_000_000n);
    expect(coins).toBe(16_666_000n);
  });

  it("are whole shares while there are any, and the whole of it at 100 %", () => {
    expect(portion(10n * SCALE, 25n, true)).toBe(2n * SCALE);
    expect(portion(SCALE / 2n, 50n, true)).toBe(SCALE / 4n);
    expect(portion(SCALE / 2n, 50n, false)).toBe(0n);
    expect(portion(SCALE / 2n, 100n, false)).toBe(SCALE / 2n);
  });
});

describe("text", () => {
  it("writes a price with cents and the decimals that it needs", () => {
    expect(priceText(100n * SCALE)).toBe("100.00");
    expect(priceText(parseDecimal("0.1234") ?? 0n)).toBe("0.1234");
  });

  it("gives every order an id of its own", () => {
    const ids = new Set(Array.from({ length: 100 }, newClientOrderId));
    expect(ids.size).toBe(100);
  });
});
