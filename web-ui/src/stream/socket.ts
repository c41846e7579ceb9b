/** A WebSocket that comes back: bounded backoff with jitter, at once when the network returns. */

export type SocketState = "connecting" | "open" | "waiting" | "closed";

const FIRST_DELAY_MS = 500;
const MAX_DELAY_MS = 15_000;
/** A handshake that hangs is given up; a browser alone would wait for minutes. */
const HANDSHAKE_MS = 10_000;

/** The part of `WebSocket` in use, so that a test can stand in for the network. */
export interface SocketLike {
  binaryType: string;
  onopen: (() => void) | null;
  onclose: (() => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  send(data: string): void;
  close(): void;
}

export interface SocketHandlers {
  onOpen(send: (message: unknown) => void): void;
  onMessage(message: unknown): void;
  onState(state: SocketState): void;
}

/** How long to wait before the `attempt`th try (from 0); `chance` is in [0, 1). */
export function backoff(attempt: number, chance: number): number {
  const ceiling = Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(attempt, 10));
  return ceiling / 2 + (ceiling / 2) * chance;
}

export class ReconnectingSocket {
  private socket: SocketLike | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private attempt = 0;
  private stopped = false;

  constructor(
    private readonly address: () => string,
    private readonly handlers: SocketHandlers,
    private readonly open: (address: string) => SocketLike = (url) =>
      new WebSocket(url) as unknown as SocketLike,
  ) {}

  start(): void {
    globalThis.addEventListener?.("online", this.retryNow);
    this.connect();
  }

  stop(): void {
    this.stopped = true;
    globalThis.removeEventListener?.("online", this.retryNow);
    clearTimeout(this.timer);
    this.detach();
    this.handlers.onState("closed");
  }

  /** The server has proved that it serves us: the next failure starts from a short wait again. */
  settle(): void {
    this.attempt = 0;
  }

  /** Give this connection up and try another after the usual wait. */
  fail(): void {
    if (!this.stopped) this.lost();
  }

  readonly send = (message: unknown): void => {
    this.socket?.send(JSON.stringify(message));
  };

  private readonly retryNow = (): void => {
    if (this.stopped || this.socket) return;
    clearTimeout(this.timer);
    this.connect();
  };

  private connect(): void {
    this.handlers.onState("connecting");
    const socket = this.open(this.address());
    this.socket = socket;
    socket.binaryType = "arraybuffer";
    this.timer = setTimeout(() => this.fail(), HANDSHAKE_MS);
    socket.onopen = () => {
      clearTimeout(this.timer);
      this.handlers.onState("open");
      this.handlers.onOpen(this.send);
    };
    socket.onmessage = ({ data }) => {
      const message = decode(data);
      if (message !== undefined) this.handlers.onMessage(message);
    };
    socket.onclose = () => this.fail();
  }

  private lost(): void {
    clearTimeout(this.timer);
    this.detach();
    this.handlers.onState("waiting");
    this.timer = setTimeout(() => this.connect(), backoff(this.attempt, Math.random()));
    this.attempt += 1;
  }

  private detach(): void {
    const socket = this.socket;
    this.socket = null;
    if (!socket) return;
    socket.onopen = null;
    socket.onmessage = null;
    socket.onclose = null;
    socket.close();
  }
}

const decoder = new TextDecoder();

/** Read a text or binary frame of JSON; a broken frame is dropped, the refetch heals the gap. */
export function decode(data: unknown): unknown {
  try {
    if (typeof data === "string") return JSON.parse(data);
    if (data instanceof ArrayBuffer) return JSON.parse(decoder.decode(data));
  } catch {
    return undefined;
  }
  return undefined;
}
