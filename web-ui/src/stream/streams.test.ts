import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { TradeUpdate } from "../api/types";
import { AccountStream } from "./account-stream";
import { MarketStore } from "./market-store";
import { MarketStream } from "./market-stream";
import { backoff, decode, type SocketLike, type SocketState } from "./socket";

/** The server's end of a connection, played by the test. */
class Line implements SocketLike {
  binaryType = "blob";
  onopen: (() => void) | null = null;
  onclose: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  readonly sent: Record<string, unknown>[] = [];
  closed = false;

  send(data: string): void {
    this.sent.push(JSON.parse(data));
  }

  close(): void {
    this.closed = true;
  }

  say(message: unknown): void {
    this.onmessage?.({ data: JSON.stringify(message) });
  }

  sayBinary(message: unknown): void {
    this.onmessage?.({ data: new TextEncoder().encode(JSON.stringify(message)).buffer });
  }
}

let lines: Line[] = [];
let states: SocketState[] = [];
let ready: boolean[] = [];

function dial(): Line {
  const line = new Line();
  lines.push(line);
  return line;
}

function newest(): Line {
  const line = lines.at(-1);
  if (!line) throw new Error("nobody connected");
  return line;
}

const common = {
  address: () => "ws://venue/stream",
  onState: (state: SocketState) => states.push(state),
  onReady: (again: boolean) => ready.push(again),
  open: dial,
};

beforeEach(() => {
  vi.useFakeTimers();
  lines = [];
  states = [];
  ready = [];
});

afterEach(() => vi.useRealTimers());

describe("backoff", () => {
  it("doubles up to a bound and is never below half of it", () => {
    expect(backoff(0, 0)).toBe(250);
    expect(backoff(3, 0)).toBe(2_000);
    expect(backoff(1_000, 0.999)).toBeLessThanOrEqual(15_000);
  });
});

describe("frames", () => {
  it("are read from text and from binary, and dropped when broken", () => {
    expect(decode('{"a":1}')).toEqual({ a: 1 });
    expect(decode(new TextEncoder().encode('{"a":1}').buffer)).toEqual({ a: 1 });
    expect(decode("{")).toBeUndefined();
    expect(decode(7)).toBeUndefined();
  });
});

describe("market stream", () => {
  function start(): { stream: MarketStream; store: MarketStore } {
    const store = new MarketStore((flush) => flush());
    const stream = new MarketStream({ ...common, store });
    stream.watch(["AAPL", "IBM"]);
    stream.start();
    newest().onopen?.();
    return { stream, store };
  }

  const greet = () => {
    newest().say([{ T: "success", msg: "connected" }]);
    newest().say([{ T: "success", msg: "authenticated" }]);
  };

  it("subscribes once it is authenticated", () => {
    start();
    newest().say([{ T: "success", msg: "connected" }]);
    expect(newest().sent).toEqual([]);
    newest().say([{ T: "success", msg: "authenticated" }]);
    expect(newest().sent.at(-1)).toMatchObject({ action: "subscribe", trades: ["AAPL", "IBM"] });
    expect(states.at(-1)).toBe("open");
  });

  it("gives up a connection that is not let in, and tries again later", () => {
    start();
    newest().say([{ T: "error", code: 402, msg: "auth failed" }]);
    expect(states.at(-1)).toBe("waiting");
    expect(newest().closed).toBe(true);
  });

  it("subscribes and unsubscribes the difference when the instruments change", () => {
    const { stream } = start();
    greet();
    stream.watch(["IBM", "MSFT"]);
    expect(newest().sent.slice(-2)).toMatchObject([
      { action: "subscribe", quotes: ["MSFT"] },
      { action: "unsubscribe", quotes: ["AAPL"] },
    ]);
  });

  it("comes back after a loss, subscribes everything again and reports the gap", () => {
    start();
    greet();
    newest().onclose?.();
    expect(states.at(-1)).toBe("waiting");
    vi.advanceTimersByTime(1_000);
    expect(lines).toHaveLength(2);
    newest().onopen?.();
    greet();
    expect(newest().sent.at(-1)).toMatchObject({ action: "subscribe", trades: ["AAPL", "IBM"] });
    expect(ready).toEqual([false, true]);
  });

  it("gives up a handshake that hangs", () => {
    const store = new MarketStore((flush) => flush());
    new MarketStream({ ...common, store }).start();
    vi.advanceTimersByTime(10_000);
    expect(newest().closed).toBe(true);
    expect(states.at(-1)).toBe("waiting");
  });

  it("stays closed once it was stopped", () => {
    const { stream } = start();
    stream.stop();
    vi.advanceTimersByTime(60_000);
    expect(lines).toHaveLength(1);
    expect(newest().closed).toBe(true);
  });

  it("asks for halts too, and tells when one begins or ends", () => {
    const store = new MarketStore((flush) => flush());
    const onStatus = vi.fn();
    const stream = new MarketStream({ ...common, store, onStatus });
    stream.watch(["IBM"]);
    stream.start();
    newest().onopen?.();
    greet();
    expect(newest().sent.at(-1)).toMatchObject({ action: "subscribe", statuses: ["IBM"] });
    expect(onStatus).not.toHaveBeenCalled();
    newest().say([{ T: "s", S: "IBM", sc: "H", t: "2025-07-01T14:30:01Z" }]);
    expect(onStatus).toHaveBeenCalledOnce();
  });

  it("puts ticks into the store and ignores those that come late", () => {
    const { store } = start();
    greet();
    newest().say([
      { T: "t", S: "AAPL", t: "2025-07-01T14:30:01Z", p: 101, s: 5 },
      { T: "t", S: "AAPL", t: "2025-07-01T14:30:00Z", p: 99, s: 5 },
      { T: "q", S: "AAPL", t: "2025-07-01T14:30:01Z", bp: 100.9, bs: 1, ap: 101.1, as: 1 },
    ]);
    expect(store.get("AAPL").trade?.p).toBe(101);
    expect(store.get("AAPL").quote?.bp).toBe(100.9);
  });
});

describe("account stream", () => {
  it("listens by the right of the cookie, and hands updates on from binary frames", () => {
    const updates: TradeUpdate[] = [];
    new AccountStream({ ...common, onUpdate: (update) => updates.push(update) }).start();
    newest().onopen?.();
    expect(newest().sent).toEqual([{ action: "listen", data: { streams: ["trade_updates"] } }]);
    expect(states.at(-1)).toBe("connecting");
    newest().sayBinary({ stream: "listening", data: { streams: ["trade_updates"] } });
    newest().sayBinary({ stream: "trade_updates", data: { event: "fill" } });
    expect(updates).toEqual([{ event: "fill" }]);
    expect(states.at(-1)).toBe("open");
  });

  it("waits before it tries again when it is refused", () => {
    new AccountStream({ ...common, onUpdate: () => undefined }).start();
    newest().onopen?.();
    newest().sayBinary({ stream: "authorization", data: { status: "unauthorized" } });
    expect(states.at(-1)).toBe("waiting");
    expect(lines).toHaveLength(1);
  });
});
