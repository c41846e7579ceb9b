import type { VenueClock } from "../../api/queries";
import type { BrokerageAccount, Session } from "../../api/types";
import { formatClock, formatDay, formatNextSession } from "../../lib/time";
import { IconButton, Select } from "../../ui/controls";
import { Mark, MoonIcon, SignOutIcon, SunIcon } from "../../ui/icons";
import { chooseTheme, useTheme } from "../../ui/theme";
import { NewVersion } from "./new-version";
import type { Connection } from "./use-streams";

interface TopBarProps {
  session: Session;
  account: BrokerageAccount;
  clock: VenueClock | undefined;
  now: Date | null;
  connection: Connection;
  onChooseAccount: (accountId: string) => void;
  onSignOut: () => void;
}

export function TopBar(props: TopBarProps) {
  const theme = useTheme();
  const other = theme === "dark" ? "light" : "dark";
  return (
    <header className="top-bar">
      <div className="brand">
        <Mark />
        <h1>Tradewind</h1>
      </div>
      {props.clock && props.now ? <MarketState clock={props.clock} now={props.now} /> : null}
      <NewVersion />
      <div className="top-bar-end">
        <ConnectionState connection={props.connection} />
        <AccountName {...props} />
        <IconButton label={`Use the ${other} theme`} onClick={() => chooseTheme(other)}>
          {theme === "dark" ? <SunIcon /> : <MoonIcon />}
        </IconButton>
        <IconButton label="Sign out" onClick={props.onSignOut}>
          <SignOutIcon />
        </IconButton>
      </div>
    </header>
  );
}

function MarketState({ clock, now }: { clock: VenueClock; now: Date }) {
  const next = new Date(clock.is_open ? clock.next_close : clock.next_open);
  return (
    <div className="market-state">
      <span className="dot-label" data-state={clock.is_open ? "open" : "closed"}>
        {marketWord(clock)}
      </span>
      <time className="venue-clock" dateTime={now.toISOString()}>
        <span className="wide-only">{formatDay(now)} · </span>
        {formatClock(now)} <span className="muted">New York</span>
      </time>
      <span className="muted wide-only">
        {clock.is_open ? "closes" : "opens"} {formatNextSession(next, now)}
      </span>
    </div>
  );
}

const PHASE_WORDS = { pre_market: "Pre-market", after_hours: "After hours" };

function marketWord(clock: VenueClock): string {
  if (clock.is_open) return "Market open";
  return clock.extended_phase ? PHASE_WORDS[clock.extended_phase] : "Market closed";
}

const CONNECTION_WORDS: Record<Connection, { label: string; meaning: string }> = {
  live: { label: "Live", meaning: "Prices and orders stream in." },
  connecting: { label: "Connecting", meaning: "The streams are being opened." },
  offline: { label: "Reconnecting", meaning: "The connection is lost and is being tried again." },
};

function ConnectionState({ connection }: { connection: Connection }) {
  const { label, meaning } = CONNECTION_WORDS[connection];
  return (
    <span
      className="dot-label connection"
      role="status"
      aria-label={`Connection: ${label}`}
      title={meaning}
      data-state={connection}
    >
      <span>{label}</span>
    </span>
  );
}

function AccountName({ session, account, onChooseAccount }: TopBarProps) {
  if (session.accounts.length > 1) {
    return (
      <Select
        label="Account"
        hideLabel
        value={account.account_id}
        onChange={onChooseAccount}
        choices={session.accounts.map(({ account_id, name, account_number }) => ({
          value: account_id,
          label: `${name} · ${account_number}`,
        }))}
      />
    );
  }
  return (
    <span className="account-name" title={`Account ${account.account_number}`}>
      <strong>{account.name}</strong>
      <span className="muted">{session.user.username}</span>
    </span>
  );
}
