import type { KeyboardEvent } from "react";
import { useId, useState } from "react";
import { toSentence } from "../../api/http";
import { useCancelOrder } from "../../api/orders";
import { useOrders } from "../../api/queries";
import type { Order } from "../../api/types";
import { parseDecimal } from "../../lib/decimal";
import { formatAverage, formatQuantity } from "../../lib/format";
import { formatMoment } from "../../lib/time";
import { IconButton } from "../../ui/controls";
import { CloseIcon, EditIcon } from "../../ui/icons";
import { Empty, Failed, Panel, Skeleton } from "../../ui/panel";
import {
  endedAt,
  orderTitle,
  priceWord,
  sizeWord,
  statusWord,
  timeInForceWord,
} from "../order-words";
import { showToast } from "../shell/toasts";
import { ReplaceDialog } from "./replace-dialog";

type Tab = "open" | "recent";

interface OrdersPanelProps {
  now: Date;
  onSelect: (symbol: string) => void;
}

export function OrdersPanel({ now, onSelect }: OrdersPanelProps) {
  const [tab, setTab] = useState<Tab>("open");
  const id = useId();
  const open = useOrders("open");
  const tabs: { value: Tab; label: string; count?: number | undefined }[] = [
    { value: "open", label: "Open orders", count: open.data?.length },
    { value: "recent", label: "Recent orders" },
  ];

  function onKeyDown(event: KeyboardEvent) {
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    const next = tab === "open" ? "recent" : "open";
    setTab(next);
    document.getElementById(`${id}-${next}`)?.focus();
  }

  return (
    <Panel
      title="Orders"
      area="orders"
      views="portfolio"
      heading={
        <div role="tablist" aria-label="Orders" className="tabs" onKeyDown={onKeyDown}>
          {tabs.map(({ value, label, count }) => (
            <button
              key={value}
              id={`${id}-${value}`}
              type="button"
              role="tab"
              aria-selected={tab === value}
              aria-controls={`${id}-content`}
              tabIndex={tab === value ? 0 : -1}
              onClick={() => setTab(value)}
            >
              {label}
              {count ? <span className="tab-count">{count}</span> : null}
            </button>
          ))}
        </div>
      }
    >
      <div
        id={`${id}-content`}
        role="tabpanel"
        aria-labelledby={`${id}-${tab}`}
        className="table-box"
      >
        {tab === "open" ? (
          <OpenOrders now={now} onSelect={onSelect} />
        ) : (
          <RecentOrders now={now} onSelect={onSelect} />
        )}
      </div>
    </Panel>
  );
}

function OpenOrders({ now, onSelect }: OrdersPanelProps) {
  const orders = useOrders("open");
  const cancel = useCancelOrder();
  const [replaced, setReplaced] = useState<Order | null>(null);

  async function onCancel(order: Order) {
    try {
      await cancel.mutateAsync(order.id);
    } catch (error) {
      const title = `${orderTitle(order)} was not canceled`;
      showToast({ tone: "down", title, text: toSentence(error) });
    }
  }

  if (orders.isPending) return <Skeleton rows={3} />;
  if (orders.isError && !orders.data) {
    return <Failed sentence={toSentence(orders.error)} onRetry={() => void orders.refetch()} />;
  }
  if (orders.data.length === 0) {
    return <Empty title="No open orders">Orders that wait for their price stand here.</Empty>;
  }
  return (
    <>
      <table className="table" aria-label="Open orders">
        <thead>
          <tr>
            <th scope="col">Symbol</th>
            <th scope="col">Side</th>
            <th scope="col" className="number">
              Filled
            </th>
            <th scope="col" className="number">
              Price
            </th>
            <th scope="col" className="rank-1">
              In force
            </th>
            <th scope="col" className="rank-4">
              Status
            </th>
            <th scope="col" className="rank-1">
              Sent
            </th>
            <th scope="col">
              <span className="visually-hidden">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {orders.data.map((order) => (
            <tr key={order.id}>
              <SymbolCell symbol={order.symbol} onSelect={onSelect} />
              <SideCell order={order} />
              <td className="number">
                <span className="muted">{formatQuantity(parseDecimal(order.filled_qty))} of</span>{" "}
                {sizeWord(order).replace(/ of$/, "")}
              </td>
              <td className="number">{priceWord(order)}</td>
              <td className="rank-1">
                {timeInForceWord(order.time_in_force)}
                {order.extended_hours ? <span className="muted"> ext.</span> : null}
              </td>
              <td className="rank-4">
                <Status status={order.status} />
              </td>
              <td className="rank-1 muted">{formatMoment(new Date(order.submitted_at), now)}</td>
              <td className="actions">
                <IconButton
                  label={`Replace: ${orderTitle(order)}`}
                  onClick={() => setReplaced(order)}
                >
                  <EditIcon />
                </IconButton>
                <IconButton
                  label={`Cancel: ${orderTitle(order)}`}
                  disabled={cancel.isPending && cancel.variables === order.id}
                  onClick={() => void onCancel(order)}
                >
                  <CloseIcon />
                </IconButton>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {replaced ? <ReplaceDialog order={replaced} onClose={() => setReplaced(null)} /> : null}
    </>
  );
}

function RecentOrders({ now, onSelect }: OrdersPanelProps) {
  const orders = useOrders("closed");
  if (orders.isPending) return <Skeleton rows={3} />;
  if (orders.isError && !orders.data) {
    return <Failed sentence={toSentence(orders.error)} onRetry={() => void orders.refetch()} />;
  }
  if (orders.data.length === 0) {
    return <Empty title="No orders yet">Filled and canceled orders stand here.</Empty>;
  }
  return (
    <table className="table" aria-label="Recent orders">
      <thead>
        <tr>
          <th scope="col">Symbol</th>
          <th scope="col">Side</th>
          <th scope="col" className="number">
            Filled
          </th>
          <th scope="col" className="number">
            Average
          </th>
          <th scope="col" className="number rank-1">
            Price
          </th>
          <th scope="col">Status</th>
          <th scope="col" className="number rank-4">
            Time
          </th>
        </tr>
      </thead>
      <tbody>
        {orders.data.map((order) => (
          <tr key={order.id}>
            <SymbolCell symbol={order.symbol} onSelect={onSelect} />
            <SideCell order={order} />
            <td className="number">
              <span className="muted">{formatQuantity(parseDecimal(order.filled_qty))} of</span>{" "}
              {sizeWord(order).replace(/ of$/, "")}
            </td>
            <td className="number">{formatAverage(parseDecimal(order.filled_avg_price))}</td>
            <td className="number rank-1">{priceWord(order)}</td>
            <td>
              <Status status={order.status} />
            </td>
            <td className="number rank-4 muted">{formatMoment(endedAt(order), now)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** The instrument's name in a table, which brings it up on the chart. */
export function SymbolCell({
  symbol,
  onSelect,
}: {
  symbol: string;
  onSelect: (symbol: string) => void;
}) {
  return (
    <th scope="row">
      <button type="button" className="link" onClick={() => onSelect(symbol)}>
        {symbol}
      </button>
    </th>
  );
}

function SideCell({ order }: { order: Order }) {
  return (
    <td className={order.side === "buy" ? "tone-up" : "tone-down"}>
      {order.side === "buy" ? "Buy" : "Sell"}
    </td>
  );
}

function Status({ status }: { status: string }) {
  return (
    <span className="status" data-status={status}>
      {statusWord(status)}
    </span>
  );
}
