/** What the terminal changes: orders and positions. */

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { request } from "./http";
import { refreshTrading } from "./queries";
import type { NewOrder, Order, OrderChange } from "./types";

export function useSubmitOrder() {
  return useTradingMutation((order: NewOrder) =>
    request<Order>("/v2/orders", { method: "POST", body: order }),
  );
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
