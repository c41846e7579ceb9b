import { describe, expect, it } from "vitest";
import type { Bar } from "../api/types";
import { bucketStart, grow, toCandles } from "./bars";
import { exchangeOffset } from "./time";

const HOUR_S = 3_600;

function seconds(text: string): number {
  return Date.parse(text) / 1000;
}

function bar(t: string, close: number, volume = 1): Bar {
  return { t, o: close, h: close + 1, l: close - 1, c: close, v: volume };
}

describe("the exchange's wall clock", () => {
  it("is four hours behind UTC in summer and five in winter", () => {
    expect(exchangeOffset(seconds("2025-07-01T12:00:00Z"))).toBe(-4 * HOUR_S);
    expect(exchangeOffset(seconds("2025-01-02T12:00:00Z"))).toBe(-5 * HOUR_S);
  });

  it("puts a daily bar, stamped at midnight New York, on its own date", () => {
    const start = bucketStart(seconds("2013-03-01T05:00:00Z"), "1Day");
    expect(new Date(start * 1000).toISOString()).toBe("2013-03-01T00:00:00.000Z");
  });

  it("puts a late trade on the exchange's date, not on that of UTC", () => {
    const start = bucketStart(seconds("2025-07-02T01:30:00Z"), "1Day");
    expect(new Date(start * 1000).toISOString()).toBe("2025-07-01T00:00:00.000Z");
  });
});

describe("candles", () => {
  it("come in strictly ascending time even when the clock repeats an hour", () => {
    const candles = toCandles(
      [bar("2025-11-02T05:30:00Z", 10, 3), bar("2025-11-02T06:30:00Z", 12, 4)],
      "1Hour",
    );
    expect(candles).toHaveLength(1);
    expect(candles[0]).toMatchObject({ open: 10, high: 13, low: 9, close: 12, volume: 7 });
  });

  it("grow by a trade of the same interval", () => {
    const [last] = toCandles([bar("2025-07-01T14:30:00Z", 10, 5)], "5Min");
    const grown = grow(last, { t: "2025-07-01T14:33:10.5Z", p: 12, s: 2 }, "5Min");
    expect(grown).toMatchObject({ open: 10, high: 12, low: 9, close: 12, volume: 7 });
  });

  it("begin anew with the first trade of the next interval", () => {
    const [last] = toCandles([bar("2025-07-01T14:30:00Z", 10)], "5Min");
    const next = grow(last, { t: "2025-07-01T14:35:00Z", p: 9.5, s: 2 }, "5Min");
    expect(next).toMatchObject({ open: 9.5, high: 9.5, low: 9.5, close: 9.5, volume: 2 });
    expect(next?.time).toBe((last?.time ?? 0) + 300);
  });

  it("do not change by a trade that is older than the last of them", () => {
    const [last] = toCandles([bar("2025-07-01T14:30:00Z", 10)], "5Min");
    expect(grow(last, { t: "2025-07-01T14:29:59Z", p: 12, s: 2 }, "5Min")).toBeNull();
  });
});
