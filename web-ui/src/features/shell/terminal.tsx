import { useEffect, useMemo, useState } from "react";
import {
  useAssets,
  useClock,
  useCurves,
  useHalt,
  usePositions,
  useSnapshots,
} from "../../api/queries";
import type { Asset, BrokerageAccount, Session } from "../../api/types";
import { TIMEFRAMES, type Timeframe } from "../../lib/bars";
import { parseDecimal } from "../../lib/decimal";
import { formatPrice } from "../../lib/format";
import { marketStore, useMarket } from "../../stream/market-store";
import { CandlesIcon, ListIcon, PortfolioIcon, TicketIcon } from "../../ui/icons";
import { recall, remember } from "../../ui/storage";
import { AccountPanel } from "../account/account-panel";
import { ChartPanel, Headline } from "../chart/chart-panel";
import { haltSentence, haltWord } from "../market/halt";
import { QuotePanel } from "../market/quote-panel";
import { WatchList } from "../market/watch-list";
import { OrdersPanel } from "../orders/orders-panel";
import { PositionsPanel } from "../positions/positions-panel";
import { OrderTicket } from "../ticket/order-ticket";
import { useTicket } from "../ticket/use-ticket";
import { Toasts } from "./toasts";
import { TopBar } from "./top-bar";
import { useStreams } from "./use-streams";
import { useVenueTime } from "./use-venue-time";

/** How many instruments are followed at once: held ones first. */
const WATCHED_MAX = 50;

const VIEWS = [
  { value: "markets", label: "Markets", icon: <ListIcon /> },
  { value: "chart", label: "Chart", icon: <CandlesIcon /> },
  { value: "trade", label: "Trade", icon: <TicketIcon /> },
  { value: "portfolio", label: "Portfolio", icon: <PortfolioIcon /> },
] as const;
type View = (typeof VIEWS)[number]["value"];

interface TerminalProps {
  session: Session;
  account: BrokerageAccount;
  onChooseAccount: (accountId: string) => void;
  onSignOut: () => void;
}

export function Terminal({ session, account, onChooseAccount, onSignOut }: TerminalProps) {
  const assets = useAssets();
  const clock = useClock();
  const now = useVenueTime(clock);
  const watched = useWatched(assets.data);
  const symbols = useMemo(() => watched.map((asset) => asset.symbol), [watched]);
  const [chosen, setChosen] = useState(() => recall("symbol"));
  const [timeframe, setTimeframe] = useState(recallTimeframe);
  const [view, setView] = useState<View>("chart");
  const symbol = symbols.find((known) => known === chosen) ?? symbols[0] ?? null;
  const connection = useStreams(symbols);
  const curves = useCurves(symbols, now);
  useSnapshotsIntoStore(symbols);

  function select(next: string) {
    setChosen(next);
    remember("symbol", next);
    if (view !== "trade") setView("chart");
  }

  return (
    <div className="terminal" data-view={view}>
      <TopBar
        session={session}
        account={account}
        clock={clock.data}
        now={now}
        connection={connection}
        onChooseAccount={onChooseAccount}
        onSignOut={onSignOut}
      />
      <main className="desk">
        <WatchList
          assets={assets}
          watched={watched}
          selected={symbol}
          curves={curves.data ?? {}}
          onSelect={select}
        />
        {symbol ? (
          <Instrument
            symbol={symbol}
            venueId={account.venue_id}
            asset={watched.find((asset) => asset.symbol === symbol)}
            timeframe={timeframe}
            onTimeframe={(next) => {
              setTimeframe(next);
              remember("timeframe", next);
            }}
            now={now}
            onReveal={() => setView("trade")}
          />
        ) : (
          <section className="panel panel-chart" data-views="chart trade" aria-label="Chart" />
        )}
        <div className="holdings">
          <PositionsPanel onSelect={select} />
          <OrdersPanel now={now ?? new Date()} onSelect={select} />
        </div>
      </main>
      <nav className="view-bar" aria-label="Views">
        {VIEWS.map(({ value, label, icon }) => (
          <button
            key={value}
            type="button"
            aria-current={view === value ? "page" : undefined}
            onClick={() => setView(value)}
          >
            {icon}
            {label}
          </button>
        ))}
      </nav>
      <Toasts />
    </div>
  );
}

interface InstrumentProps {
  symbol: string;
  venueId: string;
  asset: Asset | undefined;
  timeframe: Timeframe;
  onTimeframe: (timeframe: Timeframe) => void;
  now: Date | null;
  onReveal: () => void;
}

/** What shows one instrument: its chart, its quote and the ticket to trade it. */
function Instrument(props: InstrumentProps) {
  const { symbol, venueId, asset, timeframe, onTimeframe, now, onReveal } = props;
  const ticket = useTicket(symbol);
  const halt = useHalt(venueId, symbol);
  const halted = halt && { word: haltWord(halt), sentence: haltSentence(halt, now ?? new Date()) };
  useTitle(symbol);
  return (
    <>
      <ChartPanel
        symbol={symbol}
        asset={asset}
        timeframe={timeframe}
        onTimeframe={onTimeframe}
        now={now}
      />
      <div className="rail">
        <div className="rail-headline" data-views="trade">
          <Headline symbol={symbol} name={asset?.name ?? ""} />
        </div>
        <QuotePanel symbol={symbol} halted={halted} onPick={ticket.pickPrice} />
        <OrderTicket
          symbol={symbol}
          asset={asset}
          ticket={ticket}
          halted={halted}
          onReveal={onReveal}
        />
        <AccountPanel now={now ?? new Date()} />
      </div>
    </>
  );
}

/** The tradable instruments, with what the account holds in any case. */
function useWatched(assets: readonly Asset[] | undefined): readonly Asset[] {
  const positions = usePositions().data;
  return useMemo(() => {
    const tradable = (assets ?? []).filter((asset) => asset.tradable);
    const held = new Set((positions ?? []).map((position) => position.symbol));
    const first = tradable.filter((asset) => held.has(asset.symbol));
    const rest = tradable.filter((asset) => !held.has(asset.symbol));
    const kept = new Set([...first, ...rest].slice(0, WATCHED_MAX));
    return tradable.filter((asset) => kept.has(asset));
  }, [assets, positions]);
}

function useSnapshotsIntoStore(symbols: readonly string[]): void {
  const { data } = useSnapshots(symbols);
  useEffect(() => {
    for (const [symbol, snapshot] of Object.entries(data ?? {})) {
      if (snapshot) marketStore.applySnapshot(symbol, snapshot);
    }
  }, [data]);
}

/** The price in the tab, for those who look elsewhere. */
function useTitle(symbol: string): void {
  const price = formatPrice(parseDecimal(useMarket(symbol).trade?.p));
  useEffect(() => {
    document.title = `${symbol} ${price} · Tradewind`;
    return () => {
      document.title = "Tradewind";
    };
  }, [symbol, price]);
}

function recallTimeframe(): Timeframe {
  const known = recall("timeframe");
  return TIMEFRAMES.find((timeframe) => timeframe === known) ?? "5Min";
}
