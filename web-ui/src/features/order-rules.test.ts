import { describe, expect, it } from "vitest";
import type { Asset } from "../api/types";
import { formatPlain, parseDecimal, SCALE } from "../lib/decimal";
import type { Market } from "../stream/market-store";
import {
  affordable,
  checkDraft,
  checkLimitPrice,
  checkQuantity,
  type Draft,
  estimate,
  newClientOrderId,
  portion,
  priceText,
  toOrder,
  touch,
} from "./order-rules";

const whole: Asset = {
  id: "1",
  symbol: "IBM",
  name: "IBM",
  exchange: "NYSE",
  status: "active",
  tradable: true,
  fractionable: false,
};

const market: Market = {
  trade: { t: "2025-07-01T14:30:00Z", p: 100, s: 1 },
  quote: { t: "2025-07-01T14:30:00Z", bp: 99.99, bs: 10, ap: 100.01, as: 20 },
  day: null,
  previousClose: null,
};

const draft: Draft = {
  side: "buy",
  type: "limit",
  qty: "3",
  limitPrice: "0.10",
  timeInForce: "gtc",
};

describe("quantity", () => {
  it.each(["", "ten", "1.0000000001", "0", "-1"])("refuses %j with a sentence", (text) => {
    expect(checkQuantity(text, undefined)).toMatch(/\.$/);
  });

  it("refuses a fraction where only whole shares trade, and takes it elsewhere", () => {
    expect(checkQuantity("0.5", whole)).toBe("IBM trades in whole shares only.");
    expect(checkQuantity("0.5", { ...whole, fractionable: true })).toBeUndefined();
  });

  it("takes grouping commas as people type them", () => {
    expect(checkQuantity("1,000", whole)).toBeUndefined();
    expect(toOrder({ ...draft, qty: " 1,000 " }, "IBM", "id").qty).toBe("1000");
  });
});

describe("limit price", () => {
  it.each(["", "much", "0", "-5", "100.001", "0.12345"])("refuses %j with a sentence", (text) => {
    expect(checkLimitPrice(text)).toMatch(/\.$/);
  });

  it.each(["100", "100.01", "0.1234"])("takes %s", (text) => {
    expect(checkLimitPrice(text)).toBeUndefined();
  });
});

describe("draft", () => {
  it("asks for a price only of a limit order", () => {
    expect(checkDraft({ ...draft, type: "market", limitPrice: "" }, whole)).toEqual({});
    expect(checkDraft({ ...draft, limitPrice: "" }, whole)).toHaveProperty("limitPrice");
  });

  it("sends no price with a market order", () => {
    expect(toOrder({ ...draft, type: "market" }, "IBM", "id")).not.toHaveProperty("limit_price");
  });

  it("estimates exactly at the limit, or at the other side of the quote", () => {
    expect(formatPlain(estimate(draft, market) ?? 0n)).toBe("0.3");
    const atMarket = { ...draft, type: "market" } as const;
    expect(formatPlain(estimate(atMarket, market) ?? 0n)).toBe("300.03");
    expect(formatPlain(estimate({ ...atMarket, side: "sell" }, market) ?? 0n)).toBe("299.97");
  });

  it("falls back to the last trade where a side of the quote is empty", () => {
    const oneSided: Market = { ...market, quote: market.quote && { ...market.quote, ap: 0 } };
    expect(touch("buy", oneSided)).toBe(100n * SCALE);
  });
});

describe("portions", () => {
  it("never exceed what cash can buy", () => {
    const price = parseDecimal("333.34") ?? 0n;
    expect(affordable(1000n * SCALE, price)).toBe(2n * SCALE);
    expect(affordable(1000n * SCALE, 0n)).toBe(0n);
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
