/** Dark unless the system prefers light; a choice made here wins over both. */

import { useSyncExternalStore } from "react";
import { remember } from "./storage";

export type Theme = "dark" | "light";

const prefersLight = window.matchMedia("(prefers-color-scheme: light)");
const listeners = new Set<() => void>();

function current(): Theme {
  const chosen = document.documentElement.dataset.theme;
  if (chosen === "dark" || chosen === "light") return chosen;
  return prefersLight.matches ? "light" : "dark";
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  prefersLight.addEventListener("change", listener);
  return () => {
    listeners.delete(listener);
    prefersLight.removeEventListener("change", listener);
  };
}

export function useTheme(): Theme {
  return useSyncExternalStore(subscribe, current);
}

export function chooseTheme(theme: Theme): void {
  document.documentElement.dataset.theme = theme;
  remember("theme", theme);
  for (const listener of listeners) listener();
}
