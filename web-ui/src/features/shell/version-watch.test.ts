import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { readBuild, VersionWatch } from "./version-watch";

const HOUR_MS = 3_600_000;

let running: string | null = "old";
let served: string | null | Error = "old";
let asked = 0;
let told = 0;

function watch(): VersionWatch {
  const made = new VersionWatch({
    running: () => running,
    ask: async () => {
      asked += 1;
      if (served instanceof Error) throw served;
      return served;
    },
  });
  made.subscribe(() => {
    told += 1;
  });
  return made;
}

beforeEach(() => {
  vi.useFakeTimers();
  running = "old";
  served = "old";
  asked = 0;
  told = 0;
});

afterEach(() => {
  vi.useRealTimers();
});

describe("a watch of the version", () => {
  it("says nothing while the same build is served, however long that is", async () => {
    const watched = watch();
    const stop = watched.start();
    await vi.advanceTimersByTimeAsync(HOUR_MS);
    expect(asked).toBe(12);
    expect([watched.isNewer(), told]).toEqual([false, 0]);
    stop();
    await vi.advanceTimersByTimeAsync(HOUR_MS);
    expect(asked).toBe(12);
  });

  it("tells of another build once", async () => {
    const watched = watch();
    const stop = watched.start();
    served = "new";
    await vi.advanceTimersByTimeAsync(HOUR_MS);
    expect([watched.isNewer(), told]).toEqual([true, 1]);
    stop();
  });

  it("stays with what it has seen while an older server still answers", async () => {
    const watched = watch();
    served = "new";
    await watched.look();
    served = "old";
    await vi.advanceTimersByTimeAsync(HOUR_MS);
    await watched.look();
    expect(watched.isNewer()).toBe(true);
  });

  it("asks once for reasons that come together", async () => {
    const watched = watch();
    await Promise.all([watched.look(), watched.look()]);
    await watched.look();
    expect(asked).toBe(1);
    await vi.advanceTimersByTimeAsync(5_000);
    await watched.look();
    expect(asked).toBe(2);
  });

  it("takes silence and failures for no news", async () => {
    const watched = watch();
    const stop = watched.start();
    served = new Error("offline");
    await vi.advanceTimersByTimeAsync(HOUR_MS);
    served = null;
    await vi.advanceTimersByTimeAsync(HOUR_MS);
    expect(asked).toBe(24);
    expect(watched.isNewer()).toBe(false);
    stop();
  });

  it("is quiet about a build that was dismissed, and tells of the next one", async () => {
    const watched = watch();
    served = "new";
    await watched.look();
    watched.dismiss();
    expect(watched.isNewer()).toBe(false);
    await vi.advanceTimersByTimeAsync(HOUR_MS);
    await watched.look();
    expect(watched.isNewer()).toBe(false);
    served = "newer";
    await vi.advanceTimersByTimeAsync(HOUR_MS);
    await watched.look();
    expect(watched.isNewer()).toBe(true);
  });

  it("asks nothing where the page was not built", async () => {
    running = null;
    const watched = watch();
    await watched.look();
    expect(asked).toBe(0);
  });
});

describe("the answer of the server", () => {
  it("is a build, or nothing when it is anything else", async () => {
    expect(await readBuild(new Response('{"build":"0f0f"}'))).toBe("0f0f");
    expect(await readBuild(new Response('{"build":""}'))).toBeNull();
    expect(await readBuild(new Response("null"))).toBeNull();
    expect(await readBuild(new Response('{"build":1}'))).toBeNull();
    expect(await readBuild(new Response("Not found", { status: 404 }))).toBeNull();
    await expect(readBuild(new Response("<html>"))).rejects.toThrow();
  });
});
