import { afterEach, describe, expect, it, vi } from "vitest";
import { ApiError, NoAnswer, request, setCaller, toSentence } from "./http";

function answer(status: number, body: string): void {
  vi.stubGlobal("fetch", async (address: string, options: RequestInit) => {
    sent = { address, options };
    return new Response(status === 204 ? null : body, { status });
  });
}

let sent: { address: string; options: RequestInit };

afterEach(() => {
  vi.unstubAllGlobals();
  setCaller({ csrfToken: null, accountId: null, onSignedOut: () => undefined });
});

describe("request", () => {
  it("sends the token of the session with unsafe calls only, and the account with all", async () => {
    setCaller({ csrfToken: "token", accountId: "account" });
    answer(200, "{}");
    await request("/v2/orders", { query: { status: "open", limit: undefined } });
    expect(sent.address).toBe("/api/v2/orders?status=open");
    expect(sent.options.headers).toMatchObject({ "X-Tradewind-Account": "account" });
    expect(sent.options.headers).not.toHaveProperty("X-CSRF-Token");
    await request("/v2/orders", { method: "POST", body: { qty: "1" } });
    expect(sent.options.headers).toMatchObject({ "X-CSRF-Token": "token" });
  });

  it("takes an empty answer for no value", async () => {
    answer(204, "");
    await expect(request("/v2/orders/1", { method: "DELETE" })).resolves.toBeUndefined();
  });

  it("hands on the server's own sentence and its reason", async () => {
    answer(403, '{"code":40310000,"message":"no trade","reject_reason":"opposite order exists"}');
    const failure: unknown = await request("/v2/orders").catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ApiError);
    expect(failure).toMatchObject({ status: 403, code: 40310000 });
    expect(toSentence(failure)).toBe("No trade. Opposite order exists.");
  });

  it("has a sentence of its own where a proxy answers with a page", async () => {
    answer(502, "<html>");
    await expect(request("/v2/clock")).rejects.toThrow(/failed to answer/);
  });

  it("ends the session on a 401, unless the question was who we are", async () => {
    const onSignedOut = vi.fn();
    setCaller({ onSignedOut });
    answer(401, '{"message":"request is not authorized"}');
    await expect(request("/session", { expectUnauthorized: true })).rejects.toThrow();
    expect(onSignedOut).not.toHaveBeenCalled();
    await expect(request("/v2/account")).rejects.toThrow();
    expect(onSignedOut).toHaveBeenCalledOnce();
  });

  it("tells silence from a refusal, because an order may have arrived", async () => {
    vi.stubGlobal("fetch", async () => {
      throw new TypeError("network");
    });
    await expect(request("/v2/orders")).rejects.toBeInstanceOf(NoAnswer);
  });
});

describe("toSentence", () => {
  it.each([
    ["insufficient buying power", "Insufficient buying power."],
    ["trade detected. use another order", "Trade detected. Use another order."],
    ["limit 290.123 is no multiple of 0.01.", "Limit 290.123 is no multiple of 0.01."],
    ["", "Something went wrong."],
  ])("writes %j as %j", (message, sentence) => {
    expect(toSentence(new Error(message))).toBe(sentence);
  });
});
