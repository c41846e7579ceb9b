/** The newest price of each instrument, outside of React, so that a tick redraws one cell. */

import { useCallback, useSyncExternalStore } from "react";
import type { Bar, Quote, Snapshot, Trade } from "../api/types";

export interface Market {
  readonly trade: Trade | null;
  readonly quote: Quote | null;
  readonly day: Bar | null;
  readonly previousClose: number | null;
}

const EMPTY: Market = { trade: null, quote: null, day: null, previousClose: null };

type TradeListener = (trade: Trade) => void;
type BarListener = (bar: Bar) => void;

export class MarketStore {
  private readonly markets = new Map<string, Market>();
  private readonly listeners = new Map<string, Set<() => void>>();
  private readonly tradeListeners = new Map<string, Set<TradeListener>>();
  private readonly barListeners = new Map<string, Set<BarListener>>();
  private readonly dirty = new Set<string>();
  private scheduled = false;

  /** `schedule` runs the redraw of what changed: once for each frame in a browser. */
  constructor(private readonly schedule: (flush: () => void) => void) {}

  get(symbol: string): Market {
    return this.markets.get(symbol) ?? EMPTY;
  }

  /** Forget everything, when another account's venue is looked at. */
  clear(): void {
    for (const symbol of this.markets.keys()) this.dirty.add(symbol);
    this.markets.clear();
    this.flushSoon();
  }

  applySnapshot(symbol: string, snapshot: Snapshot): void {
    const known = this.get(symbol);
    this.set(symbol, {
      trade: newer(known.trade, snapshot.latestTrade ?? null),
      quote: newer(known.quote, snapshot.latestQuote ?? null),
      day: snapshot.dailyBar ?? known.day,
      previousClose: snapshot.prevDailyBar?.c ?? known.previousClose,
    });
    const { trade } = this.get(symbol);
    // Its price is news to a chart, but its size may already stand in a bar.
    if (trade && trade !== known.trade) this.tellTrade(symbol, { ...trade, s: 0 });
  }

  applyTrade(symbol: string, trade: Trade): void {
    const known = this.get(symbol);
    if (newer(known.trade, trade) !== trade) return;
    const day = known.day && {
      ...known.day,
      h: Math.max(known.day.h, trade.p),
      l: Math.min(known.day.l, trade.p),
      c: trade.p,
      v: known.day.v + trade.s,
    };
    this.set(symbol, { ...known, trade, day });
    this.tellTrade(symbol, trade);
  }

  applyQuote(symbol: string, quote: Quote): void {
    const known = this.get(symbol);
    if (newer(known.quote, quote) === quote) this.set(symbol, { ...known, quote });
  }

  applyBar(symbol: string, bar: Bar): void {
    for (const listen of this.barListeners.get(symbol) ?? []) listen(bar);
  }

  subscribe(symbol: string, listener: () => void): () => void {
    return add(this.listeners, symbol, listener);
  }

  onTrade(symbol: string, listener: TradeListener): () => void {
    return add(this.tradeListeners, symbol, listener);
  }

  onBar(symbol: string, listener: BarListener): () => void {
    return add(this.barListeners, symbol, listener);
  }

  private tellTrade(symbol: string, trade: Trade): void {
    for (const listen of this.tradeListeners.get(symbol) ?? []) listen(trade);
  }

  private set(symbol: string, market: Market): void {
    this.markets.set(symbol, market);
    this.dirty.add(symbol);
    this.flushSoon();
  }

  private flushSoon(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    this.schedule(() => {
      this.scheduled = false;
      const changed = [...this.dirty];
      this.dirty.clear();
      for (const symbol of changed) {
        for (const listen of this.listeners.get(symbol) ?? []) listen();
      }
    });
  }
}

function add<Listener>(
  registry: Map<string, Set<Listener>>,
  symbol: string,
  listener: Listener,
): () => void {
  const set = registry.get(symbol) ?? new Set<Listener>();
  registry.set(symbol, set);
  set.add(listener);
  return () => {
    set.delete(listener);
    if (set.size === 0 && registry.get(symbol) === set) registry.delete(symbol);
  };
}

function newer<Tick extends { t: string }>(known: Tick | null, tick: Tick | null): Tick | null {
  if (!known || !tick) return tick ?? known;
  return Date.parse(tick.t) >= Date.parse(known.t) ? tick : known;
}

export const marketStore = new MarketStore((flush) => requestAnimationFrame(flush));

/** The newest state of one instrument. */
export function useMarket(symbol: string): Market {
  const subscribe = useCallback(
    (listener: () => void) => marketStore.subscribe(symbol, listener),
    [symbol],
  );
  return useSyncExternalStore(subscribe, () => marketStore.get(symbol));
}

/** One number out of several instruments' states, recomputed when any of them changes. */
export function useMarkets<Result extends string | number | bigint | null>(
  symbols: readonly string[],
  compute: (get: (symbol: string) => Market) => Result,
): Result {
  const joined = symbols.join(",");
  const subscribe = useCallback(
    (listener: () => void) => {
      const undo = joined
        .split(",")
        .filter(Boolean)
        .map((symbol) => marketStore.subscribe(symbol, listener));
      return () => {
        for (const stop of undo) stop();
      };
    },
    [joined],
  );
  return useSyncExternalStore(subscribe, () => compute((symbol) => marketStore.get(symbol)));
}
