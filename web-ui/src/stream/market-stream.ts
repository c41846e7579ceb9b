/** The market data stream: trades, quotes, bars and halts of the instruments in view. */

import type { MarketStore } from "./market-store";
import { ReconnectingSocket, type SocketLike, type SocketState } from "./socket";

interface Message {
  T?: string;
  msg?: string;
  S?: string;
}

export interface MarketStreamOptions {
  address: () => string;
  store: MarketStore;
  onState: (state: SocketState) => void;
  /** Called when the stream is up; `again` when there was a gap before it. */
  onReady: (again: boolean) => void;
  /** Called when an instrument is halted, or trades again. */
  onStatus?: () => void;
  open?: (address: string) => SocketLike;
}

export class MarketStream {
  private symbols: readonly string[] = [];
  private subscribed: readonly string[] = [];
  private ready = false;
  private everReady = false;
  private readonly socket: ReconnectingSocket;

  constructor(private readonly options: MarketStreamOptions) {
    this.socket = new ReconnectingSocket(
      options.address,
      {
        onOpen: () => {
          this.ready = false;
          this.subscribed = [];
        },
        onMessage: (message) => this.receive(message),
        onState: (state) => {
          if (state !== "open") this.ready = false;
          // Open is not yet served: `onReady` reports that.
          options.onState(state === "open" ? "connecting" : state);
        },
      },
      options.open,
    );
  }

  start(): void {
    this.socket.start();
  }

  stop(): void {
    this.socket.stop();
  }

  /** Say which instruments are in view; the difference goes to the server. */
  watch(symbols: readonly string[]): void {
    this.symbols = symbols;
    if (this.ready) this.subscribe();
  }

  private receive(message: unknown): void {
    if (!Array.isArray(message)) return;
    for (const item of message as Message[]) this.handle(item);
  }

  private handle(item: Message): void {
    const { store } = this.options;
    switch (item.T) {
      case "t":
        if (item.S) store.applyTrade(item.S, item as never);
        break;
      case "q":
        if (item.S) store.applyQuote(item.S, item as never);
        break;
      case "b":
        if (item.S) store.applyBar(item.S, item as never);
        break;
      case "s":
        this.options.onStatus?.();
        break;
      case "success":
        // The cookie of the handshake says who we are, so this comes without our asking.
        if (item.msg === "authenticated") this.becomeReady();
        break;
      case "error":
        if (!this.ready) this.socket.fail();
        break;
    }
  }

  private becomeReady(): void {
    if (this.ready) return;
    this.ready = true;
    this.socket.settle();
    this.subscribe();
    this.options.onState("open");
    this.options.onReady(this.everReady);
    this.everReady = true;
  }

  private subscribe(): void {
    const wanted = this.symbols.filter((symbol) => !this.subscribed.includes(symbol));
    const unwanted = this.subscribed.filter((symbol) => !this.symbols.includes(symbol));
    if (wanted.length > 0) this.send("subscribe", wanted);
    if (unwanted.length > 0) this.send("unsubscribe", unwanted);
    this.subscribed = this.symbols;
  }

  private send(action: "subscribe" | "unsubscribe", symbols: readonly string[]): void {
    const channels = { trades: symbols, quotes: symbols, bars: symbols, statuses: symbols };
    this.socket.send({ action, ...channels });
  }
}
