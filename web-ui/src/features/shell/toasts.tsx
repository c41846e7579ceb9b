/** Short notices in the corner: fills, cancellations, failures. */

import { useSyncExternalStore } from "react";
import { CloseIcon } from "../../ui/icons";
import type { Notice } from "../order-words";

interface Toast extends Notice {
  id: number;
}

const SHOWN_MAX = 4;
const SHOWN_MS = 7_000;

let toasts: readonly Toast[] = [];
let nextId = 1;
const listeners = new Set<() => void>();

function change(next: readonly Toast[]): void {
  toasts = next;
  for (const listener of listeners) listener();
}

export function dismissToast(id: number): void {
  change(toasts.filter((toast) => toast.id !== id));
}

export function showToast(notice: Notice): void {
  const id = nextId++;
  change([...toasts, { ...notice, id }].slice(-SHOWN_MAX));
  setTimeout(() => dismissToast(id), SHOWN_MS);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function Toasts() {
  const shown = useSyncExternalStore(subscribe, () => toasts);
  return (
    <div className="toasts" role="status" aria-label="Notifications">
      {shown.map((toast) => (
        <div key={toast.id} className="toast" data-tone={toast.tone}>
          <div>
            <p className="toast-title">{toast.title}</p>
            <p className="toast-text">{toast.text}</p>
          </div>
          <button
            type="button"
            className="icon-button"
            aria-label="Dismiss"
            onClick={() => dismissToast(toast.id)}
          >
            <CloseIcon />
          </button>
        </div>
      ))}
    </div>
  );
}
