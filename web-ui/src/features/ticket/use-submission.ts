import { useRef, useState } from "react";
import { NoAnswer, toSentence } from "../../api/http";
import { useSubmitOrder } from "../../api/orders";
import type { Order } from "../../api/types";
import { newClientOrderId } from "../order-rules";
import { type Draft, toOrder } from "./draft";

/**
 * Send a draft once. As long as it is not known whether an order arrived, the next try carries the
 * same client order id, so that the server takes it at most once.
 */
export function useSubmission() {
  const mutation = useSubmitOrder();
  const pendingId = useRef<string | null>(null);
  const inFlight = useRef(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  const [order, setOrder] = useState<Order | null>(null);

  async function send(draft: Draft, symbol: string): Promise<boolean> {
    if (inFlight.current) return false;
    inFlight.current = true;
    setRefusal(null);
    setOrder(null);
    const again = pendingId.current !== null;
    pendingId.current ??= newClientOrderId();
    try {
      const order = toOrder(draft, symbol, pendingId.current);
      setOrder(await mutation.mutateAsync({ order, again }));
      pendingId.current = null;
      return true;
    } catch (error) {
      if (error instanceof NoAnswer) {
        setRefusal(
          "The server did not answer, so the order may or may not stand. Look at the open orders; " +
            "sending the same order again from here cannot place it twice.",
        );
      } else {
        pendingId.current = null;
        setRefusal(toSentence(error));
      }
      return false;
    } finally {
      inFlight.current = false;
    }
  }

  function reset() {
    pendingId.current = null;
    setRefusal(null);
    setOrder(null);
  }

  return { send, reset, refusal, order, busy: mutation.isPending };
}
