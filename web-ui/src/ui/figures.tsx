/** Numbers on the screen. */

import { useEffect, useRef, useState } from "react";
import type { Units } from "../lib/decimal";
import { formatPercent, formatSigned, tone } from "../lib/format";

/** A signed value in its colour. */
export function Signed({ value, write }: { value: Units | null; write: (v: Units) => string }) {
  return <span className={`tone-${tone(value)}`}>{formatSigned(value, write)}</span>;
}

export function Percent({ value }: { value: Units | null }) {
  return <span className={`tone-${tone(value)}`}>{formatPercent(value)}</span>;
}

/** A price that lights up for a moment in the direction it moved. */
export function Ticking({ value, text }: { value: Units | null; text: string }) {
  const last = useRef(value);
  const [flash, setFlash] = useState<{ way: "up" | "down"; count: number } | null>(null);

  useEffect(() => {
    const before = last.current;
    last.current = value;
    if (before === null || value === null || before === value) return;
    setFlash((known) => ({ way: value > before ? "up" : "down", count: (known?.count ?? 0) + 1 }));
  }, [value]);

  return (
    <span key={flash?.count ?? 0} className="ticking" data-way={flash?.way}>
      {text}
    </span>
  );
}
