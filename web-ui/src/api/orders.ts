/** What the terminal changes: orders and positions. */

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { ApiError, request } from "./http";
import { refreshTrading } from "./queries";
import type { NewOrder, Order, OrderChange } from "./types";

export interface Submission {
  order: NewOrder;
  /** An earlier try with the same client order id got no answer, so it may have arrived. */
  again: boolean;
}

export function useSubmitOrder() {
  return useTradingMutation(submitOrder);
}

/** Send an order; one that turns out to have arrived the first time is returned as it stands. */
export async function submitOrder({ order, again }: Submission): Promise<Order> {
  try {
    return await request<Order>("/v2/orders", { method: "POST", body: order });
  } catch (error) {
    if (!again || !(error instanceof ApiError)) throw error;
    const arrived = await findOrder(order.client_order_id);
    if (!arrived) throw error;
    return arrived;
  }
}

async function findOrder(clientOrderId: string): Promise<Order | null> {
  try {
    return await request<Order>("/v2/orders:by_client_order_id", {
      query: { client_order_id: clientOrderId },
    });
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return null;
    throw error;
  }
}

export function useCancelOrder() {
  return useTradingMutation((orderId: string) =>
    request<void>(`/v2/orders/${encodeURIComponent(orderId)}`, { method: "DELETE" }),
  );
}

export function useReplaceOrder() {
  return useTradingMutation(({ orderId, change }: { orderId: string; change: OrderChange }) =>
    request<Order>(`/v2/orders/${encodeURIComponent(orderId)}`, { method: "PATCH", body: change }),
  );
}

export function useClosePosition() {
  return useTradingMutation((symbol: string) =>
    request<Order>(`/v2/positions/${encodeURIComponent(symbol)}`, { method: "DELETE" }),
  );
}

function useTradingMutation<Input, Output>(run: (input: Input) => Promise<Output>) {
  const client = useQueryClient();
  return useMutation({ mutationFn: run, retry: false, onSettled: () => refreshTrading(client) });
}
