import { useState } from "react";
import { toSentence } from "../../api/http";
import { useClosePosition } from "../../api/orders";
import { useIncome, usePositions } from "../../api/queries";
import type { Position } from "../../api/types";
import { abs, parseDecimal, ratio, type Units } from "../../lib/decimal";
import {
  formatAmount,
  formatAverage,
  formatMoney,
  formatPrice,
  formatQuantity,
} from "../../lib/format";
import { useMarket } from "../../stream/market-store";
import { Button } from "../../ui/controls";
import { Dialog } from "../../ui/dialog";
import { Percent, Signed, Ticking } from "../../ui/figures";
import { WarningIcon } from "../../ui/icons";
import { Empty, Failed, Panel, Skeleton } from "../../ui/panel";
import { SymbolCell } from "../orders/orders-panel";
import { dividends, valuePosition } from "./valuation";

interface PositionsPanelProps {
  onSelect: (symbol: string) => void;
}

export function PositionsPanel({ onSelect }: PositionsPanelProps) {
  const positions = usePositions();
  const [closing, setClosing] = useState<Position | null>(null);
  const count = positions.data?.length ?? 0;
  const incomes = dividends(useIncome().data);

  return (
    <Panel
      title="Positions"
      area="positions"
      views="portfolio"
      aside={<span className="panel-count">{count > 0 ? count : ""}</span>}
    >
      <div className="table-box">
        {positions.isPending ? <Skeleton rows={3} /> : null}
        {positions.isError && !positions.data ? (
          <Failed sentence={toSentence(positions.error)} onRetry={() => void positions.refetch()} />
        ) : null}
        {positions.data && count === 0 ? (
          <Empty title="No positions">What you buy stands here, at its value right now.</Empty>
        ) : null}
        {positions.data && count > 0 ? (
          <table className="table" aria-label="Positions">
            <thead>
              <tr>
                <th scope="col">Symbol</th>
                <th scope="col" className="number">
                  Quantity
                </th>
                <th scope="col" className="number rank-3">
                  Average
                </th>
                <th scope="col" className="number rank-4">
                  Last
                </th>
                <th scope="col" className="number">
                  Value
                </th>
                <th scope="col" className="number rank-1">
                  Today
                </th>
                <th scope="col" className="number">
                  Profit
                </th>
                <th scope="col" className="number rank-4" title="Dividends received so far">
                  Income
                </th>
                <th scope="col">
                  <span className="visually-hidden">Actions</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {positions.data.map((position) => (
                <PositionRow
                  key={position.symbol}
                  position={position}
                  income={incomes.get(position.symbol)}
                  onSelect={onSelect}
                  onClose={setClosing}
                />
              ))}
            </tbody>
          </table>
        ) : null}
      </div>
      {closing ? <CloseDialog position={closing} onDone={() => setClosing(null)} /> : null}
    </Panel>
  );
}

interface PositionRowProps {
  position: Position;
  /** Dividends; nothing while they are not known. */
  income: Units | undefined;
  onSelect: (symbol: string) => void;
  onClose: (position: Position) => void;
}

function PositionRow({ position, income, onSelect, onClose }: PositionRowProps) {
  const value = valuePosition(position, useMarket(position.symbol));
  return (
    <tr>
      <SymbolCell symbol={position.symbol} onSelect={onSelect} />
      <td className="number">
        {position.side === "short" ? <span className="short">short</span> : null}
        {formatQuantity(value.qty)}
      </td>
      <td className="number rank-3">{formatAverage(parseDecimal(position.avg_entry_price))}</td>
      <td className="number rank-4">
        <Ticking value={value.price} text={formatPrice(value.price)} />
      </td>
      <td className="number">{formatAmount(value.marketValue)}</td>
      <td className="number rank-1">
        <Signed value={value.today} write={formatAmount} />
      </td>
      <td className="number">
        <Signed value={value.profit} write={formatAmount} />
        <span className="rank-2 after">
          <Percent value={value.profit === null ? null : ratio(value.profit, abs(value.cost))} />
        </span>
      </td>
      <td className="number rank-4">
        {income === undefined || income === 0n ? (
          <span className="muted">–</span>
        ) : (
          <Signed value={income} write={formatAmount} />
        )}
      </td>
      <td className="actions">
        <Button
          size="small"
          aria-label={`Close the position in ${position.symbol}`}
          onClick={() => onClose(position)}
        >
          Close
        </Button>
      </td>
    </tr>
  );
}

function CloseDialog({ position, onDone }: { position: Position; onDone: () => void }) {
  const close = useClosePosition();
  const value = valuePosition(position, useMarket(position.symbol));
  const isShort = position.side === "short";
  const shares = `${formatQuantity(abs(value.qty))} ${position.symbol}`;
  const order = isShort ? `Buy back ${shares}` : `Sell ${shares}`;

  return (
    <Dialog title={`${order} at market?`} onClose={onDone}>
      <p>
        That closes the {isShort ? "short " : ""}position, {isShort ? "which costs" : "worth"} about{" "}
        <strong>{value.marketValue === null ? "–" : formatMoney(abs(value.marketValue))}</strong>{" "}
        now
        {value.profit === null ? null : (
          <>
            , with a {value.profit < 0n ? "loss" : "profit"} of{" "}
            <strong>{formatMoney(abs(value.profit))}</strong>
          </>
        )}
        .
      </p>
      {close.isError ? (
        <p className="note note-error" role="alert">
          <WarningIcon />
          {toSentence(close.error)}
        </p>
      ) : null}
      <div className="dialog-actions">
        <Button onClick={onDone}>Keep the position</Button>
        <Button
          look={isShort ? "buy" : "sell"}
          disabled={close.isPending}
          onClick={() => close.mutate(position.symbol, { onSuccess: onDone })}
        >
          {close.isPending ? "Sending…" : order}
        </Button>
      </div>
    </Dialog>
  );
}
