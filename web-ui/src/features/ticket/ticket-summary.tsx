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
  available: Units;
  /** Warn of what the server will probably refuse; not once it has said so itself. */
  warn: boolean;
}

/** What the order would cost or bring in, beside what there is. */
export function Estimate({ draft, cost, buyingPower, available, warn }: EstimateProps) {
  const buying = draft.side === "buy";
  const qty = parseDecimal(draft.qty);
  const short = buying
    ? cost !== null && buyingPower !== null && cost > buyingPower
    : draft.unit === "shares" && qty !== null && qty > available;
  return (
    <>
      <dl className="estimate">
        <div>
          <dt>{buying ? "Estimated cost" : "Estimated proceeds"}</dt>
          <dd>{cost === null ? formatMoney(null) : formatMoney(abs(cost))}</dd>
        </div>
        <div>
          <dt>{buying ? "Buying power" : "Available to sell"}</dt>
          <dd>{buying ? formatMoney(buyingPower) : formatQuantity(available)}</dd>
        </div>
      </dl>
      {short && warn ? (
        <p className="note note-warning">
          <WarningIcon />
          {buying ? "That is more than your buying power." : "That is more than you can sell."}
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
