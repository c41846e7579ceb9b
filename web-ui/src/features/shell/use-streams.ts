/** Keep both streams open while the terminal shows, and everything fresh after a gap. */

import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { callerAccount } from "../../api/http";
import { keys, refreshAll, refreshTrading } from "../../api/queries";
import type { TradeUpdate } from "../../api/types";
import { AccountStream } from "../../stream/account-stream";
import { marketStore } from "../../stream/market-store";
import { MarketStream } from "../../stream/market-stream";
import type { SocketState } from "../../stream/socket";
import { noticeOf } from "../order-words";
import { showToast } from "./toasts";
import { versionWatch } from "./version-watch";

export type Connection = "live" | "connecting" | "offline";

const REFRESH_MS = 80;

/** Open the streams for the instruments in view; returns how the connection is. */
export function useStreams(symbols: readonly string[]): Connection {
  const client = useQueryClient();
  const [market, setMarket] = useState<SocketState>("connecting");
  const [account, setAccount] = useState<SocketState>("connecting");
  const stream = useRef<MarketStream | null>(null);
  const watched = symbols.join(",");

  useEffect(() => {
    const refresh = coalesced(() => refreshTrading(client));
    const statuses = coalesced(() => void client.invalidateQueries({ queryKey: keys.statuses }));
    const onReady = (again: boolean) => {
      if (!again) return;
      refreshAll(client);
      // A deployment breaks the streams: what came back may be newer than this page.
      void versionWatch.look();
    };
    const prices = new MarketStream({
      address: () => streamAddress("/api/v2/iex"),
      store: marketStore,
      onState: setMarket,
      onStatus: statuses.run,
      onReady,
    });
    const updates = new AccountStream({
      address: () => streamAddress("/api/stream"),
      onUpdate: (update) => {
        tell(update, client);
        refresh.run();
      },
      onState: setAccount,
      onReady,
    });
    stream.current = prices;
    prices.start();
    updates.start();
    return () => {
      stream.current = null;
      prices.stop();
      updates.stop();
      refresh.stop();
      statuses.stop();
    };
  }, [client]);

  useEffect(() => {
    stream.current?.watch(watched === "" ? [] : watched.split(","));
  }, [watched]);

  return summarize(market, account);
}

function tell(update: TradeUpdate, client: QueryClient): void {
  const notice = noticeOf(update);
  if (notice) showToast(notice);
  if (update.event !== "fill") return;
  for (const queryKey of [keys.history, keys.income]) void client.invalidateQueries({ queryKey });
}

function summarize(market: SocketState, account: SocketState): Connection {
  if (market === "open" && account === "open") return "live";
  return market === "waiting" || account === "waiting" ? "offline" : "connecting";
}

/** A browser cannot set headers on a handshake, so the chosen account goes into the address. */
function streamAddress(path: string): string {
  const url = new URL(path, window.location.href);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  const account = callerAccount();
  if (account) url.searchParams.set("account", account);
  return url.toString();
}

/** Run at most once in a while, however often it is asked for: many events are one refetch. */
function coalesced(action: () => void): { run: () => void; stop: () => void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return {
    run: () => {
      timer ??= setTimeout(() => {
        timer = undefined;
        action();
      }, REFRESH_MS);
    },
    stop: () => clearTimeout(timer),
  };
}
