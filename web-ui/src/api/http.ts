/** One door to the gateway: same origin, the session cookie, and errors as sentences. */

const BASE = "/api";
const TIMEOUT_MS = 20_000;
const SAFE = new Set(["GET", "HEAD"]);

/** The gateway refused: `message` is its own sentence. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: number | string | null,
    message: string,
  ) {
    super(message);
    this.name = "ApiError";
  }
}

/** There was no answer, so that it is not known whether the request was carried out. */
export class NoAnswer extends Error {
  constructor(cause: unknown) {
    super("The server did not answer.", { cause });
    this.name = "NoAnswer";
  }
}

interface Caller {
  csrfToken: string | null;
  accountId: string | null;
  onSignedOut: () => void;
}

const caller: Caller = { csrfToken: null, accountId: null, onSignedOut: () => undefined };

/** Say who is calling from now on. */
export function setCaller(change: Partial<Caller>): void {
  Object.assign(caller, change);
}

/** The account that was chosen, for the handshakes of the streams. */
export function callerAccount(): string | null {
  return caller.accountId;
}

export type Query = Record<string, string | number | boolean | undefined>;

export interface RequestOptions {
  method?: "GET" | "POST" | "PATCH" | "DELETE";
  query?: Query;
  body?: unknown;
  signal?: AbortSignal;
  /** A 401 is an answer here (wrong password), not the end of a session. */
  expectUnauthorized?: boolean;
}

/** Call the gateway; throws `ApiError` for a refusal and `NoAnswer` when nothing came back. */
export async function request<T>(path: string, options: RequestOptions = {}): Promise<T> {
  const method = options.method ?? "GET";
  let response: Response;
  let text: string;
  try {
    response = await fetch(address(path, options.query), {
      method,
      headers: headers(method, options.body !== undefined),
      credentials: "same-origin",
      signal: withTimeout(options.signal),
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
    });
    text = await response.text();
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw new NoAnswer(error);
  }
  if (response.ok) return (text === "" ? undefined : JSON.parse(text)) as T;
  if (response.status === 401 && !options.expectUnauthorized) caller.onSignedOut();
  throw toApiError(response.status, text);
}

function address(path: string, query: Query = {}): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) parameters.set(name, String(value));
  }
  const search = parameters.toString();
  return `${BASE}${path}${search ? `?${search}` : ""}`;
}

function headers(method: string, hasBody: boolean): HeadersInit {
  const result: Record<string, string> = { Accept: "application/json" };
  if (hasBody) result["Content-Type"] = "application/json";
  if (caller.accountId) result["X-Tradewind-Account"] = caller.accountId;
  if (!SAFE.has(method) && caller.csrfToken) result["X-CSRF-Token"] = caller.csrfToken;
  return result;
}

function withTimeout(signal: AbortSignal | undefined): AbortSignal {
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  return signal ? AbortSignal.any([signal, timeout]) : timeout;
}

function toApiError(status: number, text: string): ApiError {
  let body: Partial<Record<"code" | "message" | "detail" | "title" | "reject_reason", unknown>> =
    {};
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === "object" && parsed !== null) body = parsed;
  } catch {
    // A proxy's page instead of the gateway's JSON: the status says enough.
  }
  const sentence = [body.message, body.detail, body.title].find((part) => typeof part === "string");
  const code = typeof body.code === "number" || typeof body.code === "string" ? body.code : null;
  const reason = typeof body.reject_reason === "string" ? `. ${body.reject_reason}` : "";
  return new ApiError(status, code, sentence ? sentence + reason : fallback(status));
}

function fallback(status: number): string {
  if (status === 429) return "Too many requests. Wait a moment and try again.";
  if (status >= 500) return "The server failed to answer. Try again in a moment.";
  return `The server refused the request (${status}).`;
}

/** An error in sentences, each with a capital letter, and a full stop at the end. */
export function toSentence(error: unknown): string {
  const text = error instanceof Error ? error.message.trim() : "";
  if (text === "") return "Something went wrong.";
  const written = text.replace(/(^|[.!?]\s+)(\p{Ll})/gu, (_, before: string, letter: string) => {
    return before + letter.toUpperCase();
  });
  return /[.!?…]$/.test(written) ? written : `${written}.`;
}
