/** How a halt of trading is told in words. */

import type { TradingStatus } from "../../api/types";
import { formatNextSession } from "../../lib/time";

const BY: Record<NonNullable<TradingStatus["cause"]>, string> = {
  bands: "Trading is paused by the price bands",
  market: "Trading is halted by the instrument's exchange",
  operator: "Trading is halted by the venue",
};

/** A halt as the screen shows it. */
export interface Halted {
  word: string;
  sentence: string;
}

/** Who halted trading and why, and what becomes of orders. */
export function haltSentence(halt: TradingStatus, now: Date): string {
  const who = halt.cause ? BY[halt.cause] : "Trading is halted";
  const why = halt.reason ? `: ${halt.reason}` : "";
  const until = halt.resumes_at
    ? ` until ${formatNextSession(new Date(halt.resumes_at), now)}`
    : " until it resumes";
  return `${who}${why}. Orders wait${until}.`;
}

/** The badge's word. */
export function haltWord(halt: TradingStatus): string {
  return halt.cause === "bands" ? "Paused" : "Halted";
}
