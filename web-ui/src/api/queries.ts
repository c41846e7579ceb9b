/** Everything that the terminal reads, as cached queries. */

import {
  keepPreviousData,
  type QueryClient,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import { barWindow, type Timeframe } from "../lib/bars";
import { request } from "./http";
import type {
  Account,
  Asset,
  Bar,
  Clock,
  Income,
  Order,
  PortfolioHistory,
  Position,
  Snapshot,
  TradingStatus,
} from "./types";

const BARS_MAX = 1_000;
const CURVE_BARS_MAX = 10_000;
const ORDERS_MAX = 100;
const SECOND_MS = 1_000;
const DAY_MS = 86_400 * SECOND_MS;

/** The streams tell of every change; these are the nets below them. */
const ACCOUNT_EVERY_MS = 15 * SECOND_MS;
const STATUSES_EVERY_MS = 15 * SECOND_MS;
const CLOCK_EVERY_MS = 20 * SECOND_MS;
const BARS_EVERY_MS = 60 * SECOND_MS;

export const keys = {
  account: ["account"],
  positions: ["positions"],
  orders: ["orders"],
  history: ["history"],
  income: ["income"],
  clock: ["clock"],
  statuses: ["statuses"],
  snapshots: ["snapshots"],
  bars: ["bars"],
} as const;

/** Fetch again what an order's fate changes. */
export function refreshTrading(client: QueryClient): void {
  for (const queryKey of [keys.account, keys.positions, keys.orders]) {
    void client.invalidateQueries({ queryKey });
  }
}

/** Fetch everything again, after a gap in the streams. */
export function refreshAll(client: QueryClient): void {
  void client.invalidateQueries({ predicate: (query) => query.queryKey[0] !== "session" });
}

export function useAccount() {
  return useQuery({
    queryKey: keys.account,
    queryFn: ({ signal }) => request<Account>("/v2/account", { signal }),
    refetchInterval: ACCOUNT_EVERY_MS,
  });
}

export function usePositions() {
  return useQuery({
    queryKey: keys.positions,
    queryFn: ({ signal }) => request<Position[]>("/v2/positions", { signal }),
    refetchInterval: ACCOUNT_EVERY_MS,
  });
}

export function useOrders(status: "open" | "closed") {
  return useQuery({
    queryKey: [...keys.orders, status],
    queryFn: ({ signal }) =>
      request<Order[]>("/v2/orders", { signal, query: { status, limit: ORDERS_MAX } }),
    refetchInterval: ACCOUNT_EVERY_MS,
  });
}

export function useAssets() {
  return useQuery({
    queryKey: ["assets"],
    queryFn: async ({ signal }) => {
      const classes = ["us_equity", "crypto"].map((asset_class) =>
        request<Asset[]>("/v2/assets", { signal, query: { status: "active", asset_class } }),
      );
      return (await Promise.all(classes)).flat();
    },
    staleTime: Number.POSITIVE_INFINITY,
  });
}

export interface VenueClock extends Clock {
  /** When the answer came, on the browser's monotonic clock. */
  receivedAt: number;
  /** A replay's clock stands still between its steps. */
  flows: boolean;
}

export function useClock() {
  const client = useQueryClient();
  return useQuery({
    queryKey: keys.clock,
    queryFn: async ({ signal }): Promise<VenueClock> => {
      const clock = await request<Clock>("/v2/clock", { signal });
      const before = client.getQueryData<VenueClock>(keys.clock);
      const flows = before?.timestamp !== clock.timestamp;
      return { ...clock, receivedAt: performance.now(), flows };
    },
    refetchInterval: CLOCK_EVERY_MS,
  });
}

/** The halt of an instrument; none while it trades. */
export function useHalt(venueId: string, symbol: string): TradingStatus | undefined {
  const statuses = useQuery({
    queryKey: [...keys.statuses, venueId],
    queryFn: ({ signal }) =>
      request<{ statuses: TradingStatus[] }>(`/tradewind/v1/venues/${venueId}/statuses`, {
        signal,
      }),
    refetchInterval: STATUSES_EVERY_MS,
  });
  return statuses.data?.statuses.find((each) => each.symbol === symbol && each.is_halted);
}

export function useSnapshots(symbols: readonly string[]) {
  return useQuery({
    queryKey: [...keys.snapshots, symbols.join(",")],
    queryFn: ({ signal }) =>
      request<Record<string, Snapshot | null>>("/v2/stocks/snapshots", {
        signal,
        query: { symbols: symbols.join(",") },
      }),
    enabled: symbols.length > 0,
    refetchInterval: BARS_EVERY_MS,
    placeholderData: keepPreviousData,
  });
}

interface BarsAnswer {
  bars: Record<string, Bar[]>;
  next_page_token: string | null;
}

/** Closing prices of the last day by instrument, for the small curves of the watch list. */
export function useCurves(symbols: readonly string[], now: Date | null) {
  return useQuery({
    queryKey: [...keys.bars, "curves", symbols.join(",")],
    queryFn: async ({ signal }) => {
      const answer = await request<BarsAnswer>("/v2/stocks/bars", {
        signal,
        query: {
          symbols: symbols.join(","),
          timeframe: "15Min",
          start: new Date((now ?? new Date()).getTime() - DAY_MS).toISOString(),
          limit: CURVE_BARS_MAX,
        },
      });
      return Object.fromEntries(
        Object.entries(answer.bars).map(([symbol, bars]) => [symbol, bars.map((bar) => bar.c)]),
      );
    },
    enabled: symbols.length > 0 && now !== null,
    refetchInterval: BARS_EVERY_MS,
    placeholderData: keepPreviousData,
  });
}

/** The newest bars of one instrument, oldest first. `now` is the venue's present. */
export function useBars(symbol: string | null, timeframe: Timeframe, now: Date | null) {
  return useQuery({
    queryKey: [...keys.bars, symbol, timeframe],
    queryFn: async ({ signal }) => {
      const answer = await request<BarsAnswer>("/v2/stocks/bars", {
        signal,
        query: {
          symbols: symbol ?? "",
          timeframe,
          start: barWindow(timeframe, now ?? new Date()).toISOString(),
          limit: BARS_MAX,
          sort: "desc",
        },
      });
      return (answer.bars[symbol ?? ""] ?? []).toReversed();
    },
    enabled: symbol !== null && now !== null,
    refetchInterval: BARS_EVERY_MS,
  });
}

/** Dividends, interest and fees, by instrument and in total. */
export function useIncome() {
  return useQuery({
    queryKey: keys.income,
    queryFn: ({ signal }) => request<Income>("/tradewind/v1/income", { signal }),
    refetchInterval: ACCOUNT_EVERY_MS,
  });
}

/** Equity of the last month by day, for the small curve. */
export function usePortfolioHistory() {
  return useQuery({
    queryKey: keys.history,
    queryFn: ({ signal }) =>
      request<PortfolioHistory>("/v2/account/portfolio/history", {
        signal,
        query: { period: "1M", timeframe: "1D" },
      }),
    refetchInterval: BARS_EVERY_MS,
  });
}
