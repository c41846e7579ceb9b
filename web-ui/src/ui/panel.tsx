import { type ReactNode, useId } from "react";

interface PanelProps {
  title: string;
  area: string;
  /** Views of the narrow layout in which the panel shows. */
  views: string;
  aside?: ReactNode;
  /** Replaces the visible heading, which stays for screen readers. */
  heading?: ReactNode;
  children: ReactNode;
}

/** A named part of the screen. */
export function Panel({ title, area, views, aside, heading, children }: PanelProps) {
  const id = useId();
  return (
    <section className={`panel panel-${area}`} data-views={views} aria-labelledby={id}>
      <header className="panel-head">
        <h2 id={id} className={heading ? "visually-hidden" : undefined}>
          {title}
        </h2>
        {heading}
        {aside}
      </header>
      {children}
    </section>
  );
}

/** What a list says when it is empty. */
export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="empty">
      <p className="empty-title">{title}</p>
      {children ? <p>{children}</p> : null}
    </div>
  );
}

/** What a panel says when it could not be loaded. */
export function Failed({ sentence, onRetry }: { sentence: string; onRetry: () => void }) {
  return (
    <div className="empty" role="alert">
      <p className="empty-title">{sentence}</p>
      <button type="button" className="button button-plain button-small" onClick={onRetry}>
        Try again
      </button>
    </div>
  );
}

/** Grey lines in the place of a list that is on its way. */
export function Skeleton({ rows }: { rows: number }) {
  return (
    <div className="skeleton" aria-hidden="true">
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the rows have no identity and never move
        <span key={row} />
      ))}
    </div>
  );
}
