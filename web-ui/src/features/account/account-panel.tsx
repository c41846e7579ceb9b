import { toSentence } from "../../api/http";
import { useAccount, useIncome, usePortfolioHistory, usePositions } from "../../api/queries";
import type { Account, PortfolioHistory, Position } from "../../api/types";
import { formatPlain, parseDecimal, ratio, toNumber } from "../../lib/decimal";
import { formatDecimal, formatMoney } from "../../lib/format";
import { exchangeDate, formatMoment } from "../../lib/time";
import { marketStore, useMarkets } from "../../stream/market-store";
import { Percent, Signed } from "../../ui/figures";
import { WarningIcon } from "../../ui/icons";
import { Failed, Panel, Skeleton } from "../../ui/panel";
import { Sparkline } from "../../ui/sparkline";
import { allocation, dayBase, valueAccount } from "../positions/valuation";

const NO_POSITIONS: readonly Position[] = [];
/** Fewer points than this make no curve. */
const CURVE_MIN = 3;
const SHARES_MAX = 4;

export function AccountPanel({ now }: { now: Date }) {
  const account = useAccount();
  const positions = usePositions();
  return (
    <Panel
      title="Account"
      area="account"
      views="portfolio"
      aside={<span className="label">Equity and profit of the day</span>}
    >
      {account.isPending ? <Skeleton rows={3} /> : null}
      {account.isError && !account.data ? (
        <Failed sentence={toSentence(account.error)} onRetry={() => void account.refetch()} />
      ) : null}
      {account.data ? (
        <Summary account={account.data} positions={positions.data ?? NO_POSITIONS} now={now} />
      ) : null}
    </Panel>
  );
}

interface SummaryProps {
  account: Account;
  positions: readonly Position[];
  now: Date;
}

function Summary({ account, positions, now }: SummaryProps) {
  const history = usePortfolioHistory().data;
  const symbols = positions.map((position) => position.symbol);
  const equity = useMarkets(symbols, (get) => valueAccount(account, positions, get).equity);
  const worth = useMarkets(symbols, (get) => valueAccount(account, positions, get).positions);
  const base = dayBase(account, history, exchangeDate(now));
  const today = base === null ? null : equity - base;
  const curve = points(history);
  return (
    <div className="account">
      <div className="account-equity">
        <p className="account-total">{formatMoney(equity)}</p>
        <p className="account-day">
          <Signed value={today} write={formatMoney} />
          {today !== null && base !== null ? <Percent value={ratio(today, base)} /> : null}
        </p>
      </div>
      {account.margin_call ? (
        <p className="note note-error" role="alert">
          <WarningIcon />
          Margin call: {formatMoney(parseDecimal(account.margin_call.deficit))} lacking. Positions
          are closed from {formatMoment(new Date(account.margin_call.due_at), now)} on.
        </p>
      ) : null}
      <dl className="facts">
        <div>
          <dt>Cash</dt>
          <dd>{formatMoney(parseDecimal(account.cash))}</dd>
        </div>
        <div>
          <dt>Positions</dt>
          <dd>{formatMoney(worth)}</dd>
        </div>
        <div>
          <dt>Buying power</dt>
          <dd>{formatMoney(parseDecimal(account.buying_power))}</dd>
        </div>
        <Received />
        {account.account_type === "margin" ? (
          <div>
            <dt>Maintenance</dt>
            <dd>{formatMoney(parseDecimal(account.maintenance_margin))}</dd>
          </div>
        ) : null}
      </dl>
      <Allocation positions={positions} equity={equity} />
      {curve.length >= CURVE_MIN ? (
        <div className="account-curve">
          <Sparkline points={curve} filled />
        </div>
      ) : null}
    </div>
  );
}

/** What came in and went out besides the prices, since the account was opened. */
function Received() {
  const income = useIncome().data;
  if (!income) return null;
  const parts = `Dividends ${formatMoney(parseDecimal(income.dividends))}, interest ${formatMoney(parseDecimal(income.interest))}`;
  return (
    <>
      <div title={parts}>
        <dt>Income</dt>
        <dd>{formatMoney(parseDecimal(income.total))}</dd>
      </div>
      <div>
        <dt>Fees</dt>
        <dd>{formatMoney(parseDecimal(income.fees))}</dd>
      </div>
    </>
  );
}

function Allocation({ positions, equity }: { positions: readonly Position[]; equity: bigint }) {
  const shares = allocation(positions, (symbol) => marketStore.get(symbol), equity, SHARES_MAX);
  return (
    <div className="allocation">
      <div className="allocation-bar" aria-hidden="true">
        {shares.map(({ name, part }, index) => (
          <span
            key={name}
            data-series={name === "Cash" ? "cash" : index}
            style={{ flexGrow: toNumber(part) }}
          />
        ))}
      </div>
      <ul className="allocation-names">
        {shares.map(({ name, part }, index) => (
          <li key={name} data-series={name === "Cash" ? "cash" : index} title={formatPlain(part)}>
            {name} {formatDecimal(part * 100n, 0, 0)}%
          </li>
        ))}
      </ul>
    </div>
  );
}

function points(history: PortfolioHistory | undefined): number[] {
  return (history?.equity ?? []).filter((value): value is number => value !== null && value > 0);
}
