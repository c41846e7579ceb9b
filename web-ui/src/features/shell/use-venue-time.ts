import { useEffect, useState } from "react";
import type { useClock } from "../../api/queries";

const TICK_MS = 1_000;

/** The venue's present: its last answer, carried on by the time since, unless its clock stands. */
export function useVenueTime(clock: ReturnType<typeof useClock>): Date | null {
  const [, redraw] = useState(0);
  const { data } = clock;

  useEffect(() => {
    const timer = setInterval(() => redraw((count) => count + 1), TICK_MS);
    return () => clearInterval(timer);
  }, []);

  if (!data) return null;
  const since = data.flows ? performance.now() - data.receivedAt : 0;
  return new Date(Date.parse(data.timestamp) + since);
}
