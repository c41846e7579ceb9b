/** Tell when another build of the terminal has been deployed than the one that runs in this page. */

/** Between two looks while nothing else gives a reason. */
const EVERY_MS = 5 * 60_000;
/** Reasons come together: two streams that return, a tab that shows again. */
const GAP_MS = 5_000;
const ANSWER_MS = 10_000;

interface VersionWatchOptions {
  /** What the page is of; `null` where it was not built, as while developing. */
  running: () => string | null;
  /** Ask the server what it serves; `null` when it cannot tell. */
  ask: () => Promise<string | null>;
}

export class VersionWatch {
  private found: string | null = null;
  private refused: string | null = null;
  private lookedAt = Number.NEGATIVE_INFINITY;
  private readonly listeners = new Set<() => void>();

  constructor(private readonly options: VersionWatchOptions) {}

  /** Look now and then, and when the page is seen again; returns what ends that. */
  start(): () => void {
    const timer = setInterval(() => void this.look(), EVERY_MS);
    const onVisible = () => {
      if (globalThis.document.visibilityState === "visible") void this.look();
    };
    globalThis.document?.addEventListener("visibilitychange", onVisible);
    return () => {
      clearInterval(timer);
      globalThis.document?.removeEventListener("visibilitychange", onVisible);
    };
  }

  /** Ask what is served, unless that was done a moment ago. Silence says nothing. */
  async look(): Promise<void> {
    const running = this.options.running();
    if (running === null || performance.now() - this.lookedAt < GAP_MS) return;
    this.lookedAt = performance.now();
    const served = await this.options.ask().catch(() => null);
    // While one server after another is replaced, an older one may answer again: once seen is seen.
    if (served === null || served === running || served === this.found) return;
    this.found = served;
    this.changed();
  }

  /** Say no more of the build that was found; the next one is told of again. */
  dismiss(): void {
    this.refused = this.found;
    this.changed();
  }

  readonly isNewer = (): boolean => this.found !== null && this.found !== this.refused;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  private changed(): void {
    for (const listener of this.listeners) listener();
  }
}

export const versionWatch = new VersionWatch({
  running: () =>
    document.querySelector<HTMLMetaElement>('meta[name="tradewind-build"]')?.content ?? null,
  ask: async () => {
    const signal = AbortSignal.timeout(ANSWER_MS);
    return readBuild(await fetch("/version.json", { cache: "no-store", signal }));
  },
});

/** Read the answer's build; `null` when it is none, such as the page of a proxy that is in the way. */
export async function readBuild(response: Response): Promise<string | null> {
  if (!response.ok) return null;
  const told: unknown = await response.json();
  const build = typeof told === "object" && told !== null && "build" in told ? told.build : null;
  return typeof build === "string" && build !== "" ? build : null;
}
