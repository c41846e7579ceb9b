import { describe, expect, it } from "vitest";
import type { Market } from "../../stream/market-store";
import { type Draft, EMPTY } from "./draft";
import { checkDraft, visibleErrors } from "./draft-checks";

const market: Market = {
  trade: { t: "2025-07-01T14:30:00Z", p: 100, s: 1 },
  quote: { t: "2025-07-01T14:30:00Z", bp: 99.99, bs: 10, ap: 100.01, as: 20 },
  day: null,
  previousClose: null,
};

function errors(part: Partial<Draft>) {
  return checkDraft({ ...EMPTY, qty: "3", ...part }, undefined, market);
}

const bracket: Partial<Draft> = {
  type: "limit",
  limitPrice: "100",
  exits: "bracket",
  takeProfit: "110",
  stopLoss: "95",
};

describe("draft", () => {
  it("asks for the fields of its type and no others", () => {
    expect(errors({})).toEqual({});
    expect(Object.keys(errors({ type: "limit" }))).toEqual(["limitPrice"]);
    expect(Object.keys(errors({ type: "stop_limit" }))).toEqual(["limitPrice", "stopPrice"]);
    expect(Object.keys(errors({ type: "trailing_stop" }))).toEqual(["trail"]);
    expect(errors({ type: "market", stopPrice: "nonsense" })).toEqual({});
  });

  it("takes amounts of money and percentages", () => {
    expect(errors({ unit: "money", qty: "99.50" })).toEqual({});
    expect(errors({ type: "trailing_stop", trail: "2.5" })).toEqual({});
    expect(errors({ type: "trailing_stop", trail: "100" })).toHaveProperty("trail");
  });

  it("refuses a trail as long as the price, and trails or exits for fractions", () => {
    const trails: Partial<Draft> = { type: "trailing_stop", trailBy: "price" };
    expect(errors({ ...trails, trail: "5" })).toEqual({});
    expect(errors({ ...trails, trail: "100" }).trail).toContain("shorter than the price, 100.00");
    expect(errors({ ...trails, trail: "5", qty: "0.5" }).qty).toContain("whole shares");
    expect(errors({ ...bracket, qty: "0.5" }).qty).toContain("whole shares");
  });
});

describe("exits", () => {
  it("lie on their sides of the entry", () => {
    expect(errors(bracket)).toEqual({});
    expect(errors({ ...bracket, stopLoss: "100" }).stopLoss).toContain("below the price, 100.00");
    expect(errors({ ...bracket, takeProfit: "99" }).takeProfit).toContain("above the price");
    const short: Partial<Draft> = { ...bracket, side: "sell", takeProfit: "90", stopLoss: "105" };
    expect(errors(short)).toEqual({});
    expect(errors({ ...short, stopLoss: "99" }).stopLoss).toContain("above the price");
  });

  it("are measured by the quote where the entry is at market", () => {
    expect(errors({ ...bracket, type: "market", stopLoss: "101" }).stopLoss).toContain("100.01");
  });

  it("of a pair that sells lie around the market", () => {
    const pair: Partial<Draft> = {
      type: "limit",
      side: "sell",
      exits: "oco",
      limitPrice: "110",
      stopLoss: "95",
    };
    expect(errors(pair)).toEqual({});
    expect(errors({ ...pair, stopLoss: "101" }).stopLoss).toContain("below the price, 100.00");
    expect(errors({ ...pair, limitPrice: "90", stopLoss: "95" }).stopLoss).toContain(
      "below the take profit",
    );
  });

  it("may have a limit for the stop, on a tick", () => {
    expect(errors({ ...bracket, stopLossLimit: "94.50" })).toEqual({});
    expect(errors({ ...bracket, stopLossLimit: "94.505" })).toHaveProperty("stopLossLimit");
  });
});

describe("what is shown while typing", () => {
  it("says nothing of fields that are still empty until the order is sent", () => {
    const draft: Draft = { ...EMPTY, type: "limit", qty: "0", limitPrice: "" };
    const found = checkDraft(draft, undefined, market);
    expect(Object.keys(visibleErrors(found, draft, false))).toEqual(["qty"]);
    expect(Object.keys(visibleErrors(found, draft, true))).toEqual(["qty", "limitPrice"]);
  });
});
