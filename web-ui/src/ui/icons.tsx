/** The few icons in use, drawn on a 16-pixel grid. They are decoration: names come from labels. */

import type { ReactNode } from "react";

function Icon({ children }: { children: ReactNode }) {
  return (
    <svg
      className="icon"
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      {children}
    </svg>
  );
}

export const SearchIcon = () => (
  <Icon>
    <circle cx="7" cy="7" r="4.25" />
    <path d="m10.2 10.2 3.3 3.3" />
  </Icon>
);

export const CloseIcon = () => (
  <Icon>
    <path d="m4.25 4.25 7.5 7.5m0-7.5-7.5 7.5" />
  </Icon>
);

export const EditIcon = () => (
  <Icon>
    <path d="M9.75 3.75 12.25 6.25M3 13l.6-2.9L10.4 3.3a1.2 1.2 0 0 1 1.7 0l.6.6a1.2 1.2 0 0 1 0 1.7L5.9 12.4z" />
  </Icon>
);

export const SunIcon = () => (
  <Icon>
    <circle cx="8" cy="8" r="2.75" />
    <path d="M8 1.5v1.25M8 13.25v1.25M1.5 8h1.25M13.25 8h1.25M3.4 3.4l.9.9M11.7 11.7l.9.9M12.6 3.4l-.9.9M4.3 11.7l-.9.9" />
  </Icon>
);

export const MoonIcon = () => (
  <Icon>
    <path d="M13.25 9.6A5.75 5.75 0 0 1 6.4 2.75a5.75 5.75 0 1 0 6.85 6.85Z" />
  </Icon>
);

export const SignOutIcon = () => (
  <Icon>
    <path d="M6.25 2.75h-2.5a1 1 0 0 0-1 1v8.5a1 1 0 0 0 1 1h2.5M10.25 11l3-3-3-3M13 8H6.25" />
  </Icon>
);

export const ListIcon = () => (
  <Icon>
    <path d="M2.75 4h10.5M2.75 8h10.5M2.75 12h6.5" />
  </Icon>
);

export const CandlesIcon = () => (
  <Icon>
    <path d="M4.5 2v2m0 6v3.5M11.5 3v2.5m0 5V14" />
    <rect x="3" y="4" width="3" height="6" rx=".5" />
    <rect x="10" y="5.5" width="3" height="5" rx=".5" />
  </Icon>
);

export const TicketIcon = () => (
  <Icon>
    <path d="M5.5 13V3.25M2.75 6 5.5 3.25 8.25 6M10.5 3v9.75M7.75 10l2.75 2.75L13.25 10" />
  </Icon>
);

export const PortfolioIcon = () => (
  <Icon>
    <rect x="2.25" y="5" width="11.5" height="8.25" rx="1.25" />
    <path d="M5.75 5V3.75a1 1 0 0 1 1-1h2.5a1 1 0 0 1 1 1V5M2.25 8.75h11.5" />
  </Icon>
);

export const WarningIcon = () => (
  <Icon>
    <path d="M8 2.5 14 13H2zM8 6.5v3M8 11.4v.1" />
  </Icon>
);

/** The mark: three lines of a steady wind. */
export function Mark() {
  return (
    <svg className="mark" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path
        d="M3 8.6h10.4a2.8 2.8 0 1 0-2.6-3.8M3 12.4h14.6a2.8 2.8 0 1 1-2.6 3.8M3 16.2h6.8a2.4 2.4 0 1 1-2.2 3.2"
        fill="none"
        stroke="currentColor"
        strokeWidth="2"
        strokeLinecap="round"
      />
    </svg>
  );
}
