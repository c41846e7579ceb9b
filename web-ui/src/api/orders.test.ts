import { afterEach, describe, expect, it, vi } from "vitest";
import { submitOrder } from "./orders";
import type { NewOrder } from "./types";

const order: NewOrder = {
  symbol: "AAPL",
  side: "buy",
  type: "market",
  time_in_force: "day",
  qty: "1",
  client_order_id: "mine",
};

/** A server that answers each path with a status and a body, and remembers what it was asked. */
function serve(answers: Record<string, [number, unknown]>): string[] {
  const asked: string[] = [];
  vi.stubGlobal("fetch", async (address: string, options: RequestInit) => {
    asked.push(`${options.method} ${address}`);
    const [status, body] = answers[address] ?? [404, { code: 40410000, message: "not found" }];
    return new Response(JSON.stringify(body), { status });
  });
  return asked;
}

afterEach(() => vi.unstubAllGlobals());

const DUPLICATE = [422, { code: 40010001, message: "client_order_id must be unique" }] as [
  number,
  unknown,
];
const FIND = "/api/v2/orders:by_client_order_id?client_order_id=mine";

describe("submitOrder", () => {
  it("finds the order of an unanswered try instead of placing it twice", async () => {
    const asked = serve({
      "/api/v2/orders": DUPLICATE,
      [FIND]: [200, { id: "1", status: "filled" }],
    });
    await expect(submitOrder({ order, again: true })).resolves.toMatchObject({ id: "1" });
    expect(asked).toEqual(["POST /api/v2/orders", `GET ${FIND}`]);
  });

  it("hands on the refusal of a second try whose first never arrived", async () => {
    serve({ "/api/v2/orders": [403, { code: 40310000, message: "insufficient buying power" }] });
    await expect(submitOrder({ order, again: true })).rejects.toThrow("insufficient buying power");
  });

  it("looks for nothing when the first try is refused", async () => {
    const asked = serve({ "/api/v2/orders": DUPLICATE });
    await expect(submitOrder({ order, again: false })).rejects.toThrow("must be unique");
    expect(asked).toHaveLength(1);
  });
});
