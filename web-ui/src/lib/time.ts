/** Time as the exchange reads it: New York. */

export const EXCHANGE_ZONE = "America/New_York";

const wallClock = new Intl.DateTimeFormat("en-US", {
  timeZone: EXCHANGE_ZONE,
  hourCycle: "h23",
  year: "numeric",
  month: "2-digit",
  day: "2-digit",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
});

const QUARTER_HOUR_S = 900;
const OFFSETS_MAX = 5_000;
const offsets = new Map<number, number>();

/** Seconds that New York's wall clock is ahead of UTC (negative) at an instant in Unix seconds. */
export function exchangeOffset(unixSeconds: number): number {
  const key = Math.floor(unixSeconds / QUARTER_HOUR_S);
  const known = offsets.get(key);
  if (known !== undefined) return known;
  const instant = key * QUARTER_HOUR_S;
  const part: Record<string, number> = {};
  for (const { type, value } of wallClock.formatToParts(instant * 1000)) part[type] = Number(value);
  const wall = Date.UTC(
    part.year ?? 0,
    (part.month ?? 1) - 1,
    part.day ?? 1,
    part.hour ?? 0,
    part.minute ?? 0,
    part.second ?? 0,
  );
  const offset = wall / 1000 - instant;
  if (offsets.size >= OFFSETS_MAX) offsets.clear();
  offsets.set(key, offset);
  return offset;
}

/** The exchange's wall clock as if it were UTC, which is how the chart places its day borders. */
export function toExchangeSeconds(unixSeconds: number): number {
  return unixSeconds + exchangeOffset(unixSeconds);
}

const clockTime = new Intl.DateTimeFormat("en-GB", {
  timeZone: EXCHANGE_ZONE,
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
});
const shortTime = new Intl.DateTimeFormat("en-GB", {
  timeZone: EXCHANGE_ZONE,
  hour: "2-digit",
  minute: "2-digit",
});
const dayName = new Intl.DateTimeFormat("en-GB", {
  timeZone: EXCHANGE_ZONE,
  weekday: "short",
  day: "numeric",
  month: "short",
});
const dateKey = new Intl.DateTimeFormat("en-CA", { timeZone: EXCHANGE_ZONE });

/** `14:05:09`, New York. */
export function formatClock(at: Date): string {
  return clockTime.format(at);
}

/** `Tue, 24 Jun`, New York. */
export function formatDay(at: Date): string {
  return dayName.format(at);
}

/** The exchange's calendar date, `2025-06-24`. */
export function exchangeDate(at: Date): string {
  return dateKey.format(at);
}

/** The time alone when `at` is on the exchange's date of `now`, else the day too. */
export function formatMoment(at: Date, now: Date): string {
  if (exchangeDate(at) === exchangeDate(now)) return clockTime.format(at);
  return `${formatDay(at)} ${shortTime.format(at)}`;
}

/** When the session changes next: `16:00`, or `Mon, 30 Jun 09:30` when that is another day. */
export function formatNextSession(at: Date, now: Date): string {
  if (exchangeDate(at) === exchangeDate(now)) return shortTime.format(at);
  return `${formatDay(at)} ${shortTime.format(at)}`;
}
