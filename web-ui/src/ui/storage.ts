/** Small things that a browser remembers; where it may not, the default holds. */

export function recall(name: string): string | null {
  try {
    return localStorage.getItem(`tradewind.${name}`);
  } catch {
    return null;
  }
}

export function remember(name: string, value: string): void {
  try {
    localStorage.setItem(`tradewind.${name}`, value);
  } catch {
    // Storage is blocked or full: the choice holds until the page is closed.
  }
}
