import { describe, expect, it } from "vitest";
import type { Asset } from "../../api/types";
import { formatPlain } from "../../lib/decimal";
import type { Market } from "../../stream/market-store";
import {
  type Draft,
  EMPTY,
  estimate,
  exitsFor,
  settle,
  timesFor,
  toOrder,
  typesFor,
} from "./draft";

const share: Asset = {
  id: "1",
  class: "us_equity",
  symbol: "IBM",
  name: "IBM",
  exchange: "NYSE",
  status: "active",
  tradable: true,
  fractionable: true,
  min_order_size: "0.000000001",
  price_increment: "0.01",
};
const coin: Asset = { ...share, class: "crypto", symbol: "BTC/USD", min_order_size: "0.0001" };

const market: Market = {
  trade: { t: "2025-07-01T14:30:00Z", p: 100, s: 1 },
  quote: { t: "2025-07-01T14:30:00Z", bp: 99.99, bs: 10, ap: 100.01, as: 20 },
  day: null,
  previousClose: null,
};

const limit: Draft = { ...EMPTY, type: "limit", qty: "3", limitPrice: "0.10", timeInForce: "gtc" };

function times(draft: Draft, asset = share): string {
  return timesFor(draft, asset)
    .map(({ value }) => value)
    .join(" ");
}

describe("choices", () => {
  it("offer every time in force for a whole market or limit order alone", () => {
    expect(times({ ...EMPTY, qty: "3" })).toBe("day gtc ioc fok opg cls");
    expect(times({ ...EMPTY, type: "stop", qty: "3" })).toBe("day gtc");
    expect(times({ ...limit, exits: "bracket" })).toBe("day gtc");
    expect(times({ ...limit, extendedHours: true })).toBe("day gtc");
  });

  it("leave only the day for fractions and amounts of money", () => {
    expect(times({ ...EMPTY, qty: "0.5" })).toBe("day");
    expect(times({ ...EMPTY, unit: "money", qty: "250" })).toBe("day");
  });

  it("are market, limit and stop limit, gtc and ioc, without exits for crypto", () => {
    expect(typesFor(coin).map(({ value }) => value)).toEqual(["market", "limit", "stop_limit"]);
    expect(times({ ...EMPTY, qty: "0.5" }, coin)).toBe("gtc ioc");
    expect(times({ ...EMPTY, type: "stop_limit" }, coin)).toBe("gtc");
    expect(exitsFor(limit, coin)).toHaveLength(1);
  });

  it("offer one cancels the other to limit orders, and no exits to stops", () => {
    expect(exitsFor(limit, share).map(({ value }) => value)).toContain("oco");
    expect(exitsFor(EMPTY, share).map(({ value }) => value)).not.toContain("oco");
    expect(exitsFor({ ...EMPTY, type: "stop" }, share)).toHaveLength(1);
  });
});

describe("settling", () => {
  it("brings what cannot stand beside the rest to something that can", () => {
    const wild: Draft = {
      ...limit,
      type: "stop",
      timeInForce: "ioc",
      exits: "oco",
      extendedHours: true,
    };
    const settled = settle(wild, share);
    expect(settled).toMatchObject({ timeInForce: "day", exits: "none", extendedHours: false });
    expect(settle(wild, coin)).toMatchObject({ type: "market", timeInForce: "ioc" });
    expect(settle(EMPTY, coin).timeInForce).toBe("gtc");
  });

  it("leaves a draft alone that may be sent", () => {
    expect(settle(limit, share)).toEqual(limit);
  });

  it("does not read an amount of money as shares", () => {
    const money: Draft = { ...EMPTY, unit: "money", qty: "250" };
    expect(settle(money, { ...share, fractionable: false })).toMatchObject({
      unit: "shares",
      qty: "",
    });
  });
});

describe("order", () => {
  it("has the prices of its type and no others", () => {
    const full: Draft = { ...limit, stopPrice: "9", trail: "2", qty: " 1,000 " };
    expect(toOrder({ ...full, type: "market" }, "IBM", "id")).toEqual({
      symbol: "IBM",
      side: "buy",
      type: "market",
      time_in_force: "gtc",
      qty: "1000",
      client_order_id: "id",
    });
    expect(toOrder({ ...full, type: "stop_limit" }, "IBM", "id")).toMatchObject({
      limit_price: "0.10",
      stop_price: "9",
    });
    expect(toOrder({ ...full, type: "trailing_stop" }, "IBM", "id")).toMatchObject({
      trail_percent: "2",
    });
    const byPrice = toOrder({ ...full, type: "trailing_stop", trailBy: "price" }, "IBM", "id");
    expect(byPrice).toMatchObject({ trail_price: "2" });
    expect(byPrice).not.toHaveProperty("trail_percent");
  });

  it("is for an amount of money instead of a quantity", () => {
    const order = toOrder({ ...EMPTY, unit: "money", qty: "250" }, "IBM", "id");
    expect(order.notional).toBe("250");
    expect(order).not.toHaveProperty("qty");
  });

  it("brings its exits", () => {
    const exits = { takeProfit: "12", stopLoss: "9", stopLossLimit: "8.90" };
    expect(toOrder({ ...limit, ...exits, exits: "bracket" }, "IBM", "id")).toMatchObject({
      order_class: "bracket",
      take_profit: { limit_price: "12" },
      stop_loss: { stop_price: "9", limit_price: "8.90" },
    });
    const single = toOrder({ ...limit, ...exits, exits: "take_profit" }, "IBM", "id");
    expect(single).toMatchObject({ order_class: "oto", take_profit: { limit_price: "12" } });
    expect(single).not.toHaveProperty("stop_loss");
    const pair = { ...limit, ...exits, side: "sell", exits: "oco", stopLossLimit: "" } as const;
    expect(toOrder(pair, "IBM", "id")).toMatchObject({
      order_class: "oco",
      take_profit: { limit_price: "0.10" },
      stop_loss: { stop_price: "9" },
    });
  });

  it("asks for extended hours only when it is to", () => {
    expect(toOrder(limit, "IBM", "id")).not.toHaveProperty("extended_hours");
    expect(toOrder({ ...limit, extendedHours: true }, "IBM", "id").extended_hours).toBe(true);
  });
});

describe("estimate", () => {
  it("is exact at the limit, the stop or the other side of the quote", () => {
    const worth = (draft: Draft) => formatPlain(estimate(draft, market) ?? 0n);
    expect(worth(limit)).toBe("0.3");
    expect(worth({ ...limit, type: "market" })).toBe("300.03");
    expect(worth({ ...limit, type: "market", side: "sell" })).toBe("299.97");
    expect(worth({ ...limit, type: "stop", stopPrice: "110" })).toBe("330");
    expect(worth({ ...limit, unit: "money", qty: "250" })).toBe("250");
  });
});
