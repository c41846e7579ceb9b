/** Candles: how bars are laid out in time, and how live trades grow the last one. */

import type { Bar, Trade } from "../api/types";
import { toExchangeSeconds } from "./time";

export const TIMEFRAMES = ["1Min", "5Min", "1Hour", "1Day"] as const;
export type Timeframe = (typeof TIMEFRAMES)[number];

export const TIMEFRAME_LABELS: Record<Timeframe, { short: string; long: string }> = {
  "1Min": { short: "1m", long: "1 minute" },
  "5Min": { short: "5m", long: "5 minutes" },
  "1Hour": { short: "1h", long: "1 hour" },
  "1Day": { short: "1D", long: "1 day" },
};

const MINUTE_S = 60;
const HOUR_S = 3_600;
const DAY_S = 86_400;

const LENGTH_S: Record<Timeframe, number> = {
  "1Min": MINUTE_S,
  "5Min": 5 * MINUTE_S,
  "1Hour": HOUR_S,
  "1Day": DAY_S,
};

/** How far back the chart asks, in days: enough to fill a screen across weekends. */
const WINDOW_DAYS: Record<Timeframe, number> = { "1Min": 4, "5Min": 8, "1Hour": 60, "1Day": 1_100 };

/** A candle; `time` is its start on the exchange's wall clock, in seconds. */
export interface Candle {
  time: number;
  open: number;
  high: number;
  low: number;
  close: number;
  volume: number;
}

/** The earliest instant that the chart asks for. */
export function barWindow(timeframe: Timeframe, now: Date): Date {
  return new Date(now.getTime() - WINDOW_DAYS[timeframe] * DAY_S * 1000);
}

/** The start of the candle that an instant (Unix seconds) belongs to, on the wall clock. */
export function bucketStart(unixSeconds: number, timeframe: Timeframe): number {
  const wall = toExchangeSeconds(unixSeconds);
  return wall - (wall % LENGTH_S[timeframe]);
}

export function toCandle(bar: Bar, timeframe: Timeframe): Candle {
  const start = Math.floor(Date.parse(bar.t) / 1000);
  return {
    time: bucketStart(start, timeframe),
    open: bar.o,
    high: bar.h,
    low: bar.l,
    close: bar.c,
    volume: bar.v,
  };
}

/**
 * Lay bars out in strictly ascending time. The hour that the clock repeats in autumn would come
 * twice: its second half joins the first.
 */
export function toCandles(bars: readonly Bar[], timeframe: Timeframe): Candle[] {
  const candles: Candle[] = [];
  for (const bar of bars) {
    const candle = toCandle(bar, timeframe);
    const last = candles.at(-1);
    if (last && candle.time <= last.time) {
      candles[candles.length - 1] = merge(last, candle);
    } else {
      candles.push(candle);
    }
  }
  return candles;
}

function merge(first: Candle, second: Candle): Candle {
  return {
    time: first.time,
    open: first.open,
    high: Math.max(first.high, second.high),
    low: Math.min(first.low, second.low),
    close: second.close,
    volume: first.volume + second.volume,
  };
}

/** The last candle after a live trade; `null` when the trade is older than it. */
export function grow(last: Candle | undefined, trade: Trade, timeframe: Timeframe): Candle | null {
  const time = bucketStart(Math.floor(Date.parse(trade.t) / 1000), timeframe);
  const print: Candle = {
    time,
    open: trade.p,
    high: trade.p,
    low: trade.p,
    close: trade.p,
    volume: trade.s,
  };
  if (!last || time > last.time) return print;
  return time === last.time ? merge(last, print) : null;
}
