import type { Order } from "../../api/types";
import { abs, parseDecimal, type Units } from "../../lib/decimal";
import { formatAverage, formatMoney, formatQuantity } from "../../lib/format";
import { WarningIcon } from "../../ui/icons";
import { orderTitle } from "../order-words";
import type { Draft } from "./draft";

interface EstimateProps {
  draft: Draft;
  cost: Units | null;
  buyingPower: Units | null;
  /** Whether the order opens a position, else how much there is to close. */
  opens: boolean;
  closable: Units;
  /** Warn of what the server will probably refuse; not once it has said so itself. */
  warn: boolean;
}

/** What the order would cost or bring in, beside what there is. */
export function Estimate({ draft, cost, buyingPower, opens, closable, warn }: EstimateProps) {
  const buying = draft.side === "buy";
  const qty = parseDecimal(draft.qty);
  const tooMuch = opens
    ? cost !== null && buyingPower !== null && abs(cost) > buyingPower
    : draft.unit === "shares" && qty !== null && qty > closable;
  const toClose = buying ? "buy back" : "sell";
  return (
    <>
      <dl className="estimate">
        <div>
          <dt>{buying ? "Estimated cost" : "Estimated proceeds"}</dt>
          <dd>{cost === null ? formatMoney(null) : formatMoney(abs(cost))}</dd>
        </div>
        <div>
          <dt>{opens ? "Buying power" : `Available to ${toClose}`}</dt>
          <dd>{opens ? formatMoney(buyingPower) : formatQuantity(closable)}</dd>
        </div>
      </dl>
      {tooMuch && warn ? (
        <p className="note note-warning">
          <WarningIcon />
          {opens ? "That is more than your buying power." : `That is more than you can ${toClose}.`}
        </p>
      ) : null}
    </>
  );
}

/** What became of the order that was sent last. */
export function Outcome({ refusal, order }: { refusal: string | null; order: Order | null }) {
  if (refusal) {
    return (
      <p className="note note-error" role="alert">
        <WarningIcon />
        {refusal}
      </p>
    );
  }
  return (
    <p className="outcome" role="status">
      {order ? outcomeSentence(order) : ""}
    </p>
  );
}

function outcomeSentence(order: Order): string {
  const title = orderTitle(order);
  if (order.status === "filled") {
    return `${title}: filled at $${formatAverage(parseDecimal(order.filled_avg_price))}.`;
  }
  if (order.status === "canceled") return `${title}: nothing more could be filled; canceled.`;
  return `${title}: sent.`;
}
