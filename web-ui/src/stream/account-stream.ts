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
        // The cookie of the handshake says who we are, so listening is all there is to ask for.
        onOpen: (send) => send({ action: "listen", data: { streams: ["trade_updates"] } }),
        onMessage: (message) => this.receive(message as Message),
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

  private receive(message: Message): void {
    if (message.stream === "authorization") {
      const refused = message.data && "status" in message.data && message.data.status;
      if (refused !== "authorized") this.socket.fail();
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
