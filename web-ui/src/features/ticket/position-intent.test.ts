import { describe, expect, it } from "vitest";
import { opensPosition } from "./position-intent";

describe("an order", () => {
  it("buys to open unless the position is short", () => {
    expect(opensPosition("buy", 0n, "margin")).toBe(true);
    expect(opensPosition("buy", 5n, "cash")).toBe(true);
    expect(opensPosition("buy", -5n, "margin")).toBe(false);
  });

  it("sells to open where nothing is held and the account may owe", () => {
    expect(opensPosition("sell", 0n, "margin")).toBe(true);
    expect(opensPosition("sell", -5n, "margin")).toBe(true);
    expect(opensPosition("sell", 5n, "margin")).toBe(false);
    expect(opensPosition("sell", 0n, "cash")).toBe(false);
  });
});
