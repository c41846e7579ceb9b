import { describe, expect, it } from "vitest";
import type { TradingStatus } from "../../api/types";
import { haltSentence, haltWord } from "./halt";

const NOW = new Date("2026-01-05T15:00:00Z");
const halt: TradingStatus = {
  symbol: "IBM",
  is_halted: true,
  since: "2026-01-05T14:58:00Z",
  cause: "operator",
  reason: "",
  resumes_at: null,
};

describe("haltSentence", () => {
  it("says who halted, and that orders wait", () => {
    expect(haltSentence(halt, NOW)).toBe(
      "Trading is halted by the venue. Orders wait until it resumes.",
    );
  });

  it("says why and until when, in New York's time", () => {
    const pause: TradingStatus = {
      ...halt,
      cause: "bands",
      reason: "limit state of 15 seconds",
      resumes_at: "2026-01-05T15:05:00Z",
    };
    expect(haltSentence(pause, NOW)).toBe(
      "Trading is paused by the price bands: limit state of 15 seconds. Orders wait until 10:05.",
    );
    expect(haltWord(pause)).toBe("Paused");
    expect(haltWord(halt)).toBe("Halted");
  });
});
