import { ApiError, request } from "./http";
import type { Session } from "./types";

const PATH = "/tradewind/v1/session";

/** Open a session; the cookie is the server's business. */
export function signIn(username: string, password: string): Promise<Session> {
  return request<Session>(PATH, {
    method: "POST",
    body: { username, password },
    expectUnauthorized: true,
  });
}

/** Return the session that the cookie stands for, or `null` when there is none. */
export async function restoreSession(signal: AbortSignal): Promise<Session | null> {
  try {
    return await request<Session>(PATH, { signal, expectUnauthorized: true });
  } catch (error) {
    if (error instanceof ApiError && (error.status === 401 || error.status === 403)) return null;
    throw error;
  }
}

/** End the session on the server. */
export function signOut(): Promise<void> {
  return request<void>(PATH, { method: "DELETE", expectUnauthorized: true });
}
