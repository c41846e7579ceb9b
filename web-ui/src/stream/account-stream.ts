/** The account stream: what happens to our orders. */

import type { TradeUpdate } from "../api/types";
import { ReconnectingSocket, type SocketLike, type SocketState } from "./socket";

interface Message {
  stream?: string;
  data?: { status?: string; action?: string } | TradeUpdate;
}

export interface AccountStreamOptions {
  address: () => string;
  onUpdate: (update: TradeUpdate) => void;
  onState: (state: SocketState) => void;
  /** Called when the stream is up; `again` when there was a gap before it. */
  onReady: (again: boolean) => void;
  open?: (address: string) => SocketLike;
}

export class AccountStream {
  private everReady = false;
  private readonly socket: ReconnectingSocket;

  constructor(private readonly options: AccountStreamOptions) {
    this.socket = new ReconnectingSocket(
      options.address,
      {
        onOpen: (send) => send({ action: "authenticate", data: {} }),
        onMessage: (message, send) => this.receive(message as Message, send),
        // Open is not yet served: `onReady` reports that.
        onState: (state) => options.onState(state === "open" ? "connecting" : state),
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

  private receive(message: Message, send: (message: unknown) => void): void {
    if (message.stream === "authorization") {
      const status = message.data && "status" in message.data ? message.data.status : undefined;
      if (status === "authorized") {
        send({ action: "listen", data: { streams: ["trade_updates"] } });
      } else {
        this.socket.fail();
      }
    } else if (message.stream === "listening") {
      this.socket.settle();
      this.options.onState("open");
      this.options.onReady(this.everReady);
      this.everReady = true;
    } else if (message.stream === "trade_updates") {
      this.options.onUpdate(message.data as TradeUpdate);
    }
  }
}
