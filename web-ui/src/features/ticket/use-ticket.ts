/** The draft of an order, shared by the ticket and the quote beside it. */

import { useCallback, useEffect, useState } from "react";
import type { Units } from "../../lib/decimal";
import { useMarket } from "../../stream/market-store";
import { priceText, touch } from "../order-rules";
import { type Draft, EMPTY } from "./draft";

export interface Ticket {
  draft: Draft;
  change: (part: Partial<Draft>) => void;
  /** Make it a limit order at a price that was pointed at. */
  pickPrice: (price: Units) => void;
}

export function useTicket(symbol: string): Ticket {
  const [draft, setDraft] = useState<Draft>(EMPTY);
  const [priceTyped, setPriceTyped] = useState(false);
  const [priced, setPriced] = useState(symbol);
  const suggestion = touch(draft.side, useMarket(symbol));

  if (priced !== symbol) {
    // Another instrument: what was typed as a price means nothing there.
    setPriced(symbol);
    setPriceTyped(false);
    setDraft((known) => ({
      ...known,
      limitPrice: "",
      stopPrice: "",
      takeProfit: "",
      stopLoss: "",
      stopLossLimit: "",
    }));
  }

  const vacant = draft.type === "limit" && draft.limitPrice === "" && !priceTyped;
  useEffect(() => {
    if (!vacant || suggestion === null) return;
    setDraft((known) => ({ ...known, limitPrice: priceText(suggestion) }));
  }, [vacant, suggestion]);

  const change = useCallback(
    (part: Partial<Draft>) => {
      setDraft((known) => {
        const next = { ...known, ...part };
        // A suggested price belongs to its side of the quote and is suggested anew.
        const suggested = next.limitPrice === known.limitPrice && !priceTyped;
        if (next.side !== known.side && suggested) next.limitPrice = "";
        return next;
      });
      if (part.limitPrice !== undefined && part.limitPrice !== draft.limitPrice)
        setPriceTyped(true);
    },
    [priceTyped, draft.limitPrice],
  );

  const pickPrice = useCallback((price: Units) => {
    setPriceTyped(true);
    setDraft((known) => ({ ...known, type: "limit", limitPrice: priceText(price) }));
  }, []);

  return { draft, change, pickPrice };
}
