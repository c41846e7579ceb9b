import { toSentence } from "../../api/http";
import { useAccount, usePortfolioHistory, usePositions } from "../../api/queries";
import type { Account, Position } from "../../api/types";
import { parseDecimal, ratio } from "../../lib/decimal";
import { formatMoney } from "../../lib/format";
import { useMarkets } from "../../stream/market-store";
import { Percent, Signed } from "../../ui/figures";
import { Failed, Panel, Skeleton } from "../../ui/panel";
import { Sparkline } from "../../ui/sparkline";
import { valueAccount } from "../positions/valuation";

const NO_POSITIONS: readonly Position[] = [];

export function AccountPanel() {
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
        <Summary account={account.data} positions={positions.data ?? NO_POSITIONS} />
      ) : null}
    </Panel>
  );
}

interface SummaryProps {
  account: Account;
  positions: readonly Position[];
}

function Summary({ account, positions }: SummaryProps) {
  const history = usePortfolioHistory();
  const symbols = positions.map((position) => position.symbol);
  const equity = useMarkets(symbols, (get) => valueAccount(account, positions, get).equity);
  const worth = useMarkets(symbols, (get) => valueAccount(account, positions, get).positions);
  const today = useMarkets(symbols, (get) => valueAccount(account, positions, get).today);
  const base = parseDecimal(account.last_equity);
  return (
    <div className="account">
      <div className="account-equity">
        <p className="account-total">{formatMoney(equity)}</p>
        <p className="account-day">
          <Signed value={today} write={formatMoney} />
          <Percent value={today !== null && base !== null ? ratio(today, base) : null} />
        </p>
      </div>
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
      </dl>
      <div className="account-curve">
        <Sparkline points={curve(history.data?.equity)} filled />
      </div>
    </div>
  );
}

function curve(equity: readonly (number | null)[] | undefined): number[] {
  return (equity ?? []).filter((value): value is number => value !== null && value > 0);
}
