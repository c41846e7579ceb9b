import { type FormEvent, type KeyboardEvent, useRef, useState } from "react";
import { NoAnswer, toSentence } from "../../api/http";
import { useSubmitOrder } from "../../api/orders";
import { useAccount, usePositions } from "../../api/queries";
import type { Asset, Order } from "../../api/types";
import { abs, formatPlain, parseDecimal, type Units } from "../../lib/decimal";
import { formatAverage, formatMoney, formatQuantity } from "../../lib/format";
import { useMarket } from "../../stream/market-store";
import { Button, Field, Segmented, Select } from "../../ui/controls";
import { useHotkeys } from "../../ui/hotkeys";
import { WarningIcon } from "../../ui/icons";
import { Panel } from "../../ui/panel";
import {
  affordable,
  checkDraft,
  type Draft,
  type DraftErrors,
  estimate,
  expectedPrice,
  newClientOrderId,
  portion,
  TIMES_IN_FORCE,
  toOrder,
} from "../order-rules";
import { orderTitle } from "../order-words";
import type { Ticket } from "./use-ticket";

interface OrderTicketProps {
  symbol: string;
  asset: Asset | undefined;
  ticket: Ticket;
  /** Bring the ticket into view in the narrow layout. */
  onReveal: () => void;
}

const PORTIONS = [25n, 50n, 100n];

export function OrderTicket({ symbol, asset, ticket, onReveal }: OrderTicketProps) {
  const { draft, change } = ticket;
  const market = useMarket(symbol);
  const buyingPower = parseDecimal(useAccount().data?.buying_power);
  const position = usePositions().data?.find((held) => held.symbol === symbol);
  const available = parseDecimal(position?.qty_available ?? position?.qty ?? "0") ?? 0n;
  const [errors, setErrors] = useState<DraftErrors>({});
  const submission = useSubmission();
  const qtyField = useRef<HTMLInputElement>(null);

  function edit(part: Partial<Draft>) {
    setErrors({});
    submission.reset();
    change(part);
  }

  function chooseSide(side: Draft["side"]) {
    edit({ side });
    onReveal();
    // The narrow layout shows the ticket only after this event; then its field can take the focus.
    requestAnimationFrame(() => qtyField.current?.select());
  }

  useHotkeys({ b: () => chooseSide("buy"), s: () => chooseSide("sell") });

  function onFieldKey(event: KeyboardEvent<HTMLInputElement>) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const side = { b: "buy", s: "sell" }[event.key.toLowerCase()] as Draft["side"] | undefined;
    if (!side) return;
    event.preventDefault();
    edit({ side });
  }

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (submission.busy) return;
    const found = checkDraft(draft, asset);
    setErrors(found);
    if (Object.keys(found).length > 0) return;
    if (await submission.send(draft, symbol)) change({ qty: "" });
  }

  const cost = estimate(draft, market);
  const price = expectedPrice(draft, market);
  const whole = draft.side === "sell" ? available : affordable(buyingPower ?? 0n, price ?? 0n);

  return (
    <Panel title="Order ticket" area="ticket" views="trade">
      <form
        className="ticket"
        data-side={draft.side}
        onSubmit={(event) => void submit(event)}
        aria-label="Order ticket"
        noValidate
      >
        <Segmented
          legend="Side"
          look="side"
          value={draft.side}
          onChange={(side) => edit({ side })}
          choices={[
            { value: "buy", label: <SideLabel word="Buy" letter="B" />, name: "Buy" },
            { value: "sell", label: <SideLabel word="Sell" letter="S" />, name: "Sell" },
          ]}
        />
        <Segmented
          legend="Order type"
          value={draft.type}
          onChange={(type) => edit({ type })}
          choices={[
            { value: "market", label: "Market" },
            { value: "limit", label: "Limit" },
          ]}
        />
        <Field
          label="Quantity"
          inputMode="decimal"
          suffix="shares"
          inputRef={qtyField}
          value={draft.qty}
          error={errors.qty}
          onChange={(qty) => edit({ qty })}
          onKeyDown={onFieldKey}
          hint={
            <Portions
              label={draft.side === "buy" ? "of buying power" : "of the position"}
              whole={whole}
              fractionable={draft.side === "sell" && (asset?.fractionable ?? false)}
              onPick={(qty) => edit({ qty: formatPlain(qty) })}
            />
          }
        />
        <div className="ticket-row">
          {draft.type === "limit" ? (
            <Field
              label="Limit price"
              inputMode="decimal"
              suffix="USD"
              value={draft.limitPrice}
              error={errors.limitPrice}
              onChange={(limitPrice) => edit({ limitPrice })}
              onKeyDown={onFieldKey}
            />
          ) : null}
          <Select
            label="Time in force"
            value={draft.timeInForce}
            onChange={(timeInForce) => edit({ timeInForce })}
            choices={TIMES_IN_FORCE}
          />
        </div>
        <p className="ticket-hint">{meaningOf(draft.timeInForce)}</p>
        <Estimate
          draft={draft}
          cost={cost}
          buyingPower={buyingPower}
          available={available}
          warn={submission.refusal === null}
        />
        <Button
          type="submit"
          look={draft.side}
          size="large"
          disabled={submission.busy || asset?.tradable === false}
        >
          {submission.busy ? "Sending…" : submitLabel(draft, symbol)}
        </Button>
        <Outcome refusal={submission.refusal} order={submission.order} />
      </form>
    </Panel>
  );
}

function meaningOf(timeInForce: Draft["timeInForce"]): string {
  return TIMES_IN_FORCE.find(({ value }) => value === timeInForce)?.meaning ?? "";
}

function SideLabel({ word, letter }: { word: string; letter: string }) {
  return (
    <>
      {word}{" "}
      <span className="key" aria-hidden="true">
        {letter}
      </span>
    </>
  );
}

interface PortionsProps {
  label: string;
  whole: Units;
  fractionable: boolean;
  onPick: (qty: Units) => void;
}

function Portions({ label, whole, fractionable, onPick }: PortionsProps) {
  return (
    <span className="portions">
      {PORTIONS.map((percent) => {
        const qty = portion(whole, percent, fractionable);
        const text = percent === 100n ? "Max" : `${percent}%`;
        return (
          <button
            key={text}
            type="button"
            disabled={qty <= 0n}
            aria-label={`${text} ${label}`}
            title={`${text} ${label}: ${formatQuantity(qty)}`}
            onClick={() => onPick(qty)}
          >
            {text}
          </button>
        );
      })}
    </span>
  );
}

interface EstimateProps {
  draft: Draft;
  cost: Units | null;
  buyingPower: Units | null;
  available: Units;
  /** Warn of what the server will probably refuse; not once it has said so itself. */
  warn: boolean;
}

function Estimate({ draft, cost, buyingPower, available, warn }: EstimateProps) {
  const buying = draft.side === "buy";
  const qty = parseDecimal(draft.qty);
  const short = buying
    ? cost !== null && buyingPower !== null && cost > buyingPower
    : qty !== null && qty > available;
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

function Outcome({ refusal, order }: { refusal: string | null; order: Order | null }) {
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

function submitLabel(draft: Draft, symbol: string): string {
  const verb = draft.side === "buy" ? "Buy" : "Sell";
  const qty = parseDecimal(draft.qty);
  return qty !== null && qty > 0n
    ? `${verb} ${formatQuantity(qty)} ${symbol}`
    : `${verb} ${symbol}`;
}

/**
 * Send a draft once. As long as it is not known whether an order arrived, the next try carries the
 * same client order id, so that the server takes it at most once.
 */
function useSubmission() {
  const mutation = useSubmitOrder();
  const pendingId = useRef<string | null>(null);
  const inFlight = useRef(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  const [order, setOrder] = useState<Order | null>(null);

  async function send(draft: Draft, symbol: string): Promise<boolean> {
    if (inFlight.current) return false;
    inFlight.current = true;
    setRefusal(null);
    setOrder(null);
    const again = pendingId.current !== null;
    pendingId.current ??= newClientOrderId();
    try {
      const order = toOrder(draft, symbol, pendingId.current);
      setOrder(await mutation.mutateAsync({ order, again }));
      pendingId.current = null;
      return true;
    } catch (error) {
      if (error instanceof NoAnswer) {
        setRefusal(
          "The server did not answer, so the order may or may not stand. Look at the open orders; " +
            "sending the same order again from here cannot place it twice.",
        );
      } else {
        pendingId.current = null;
        setRefusal(toSentence(error));
      }
      return false;
    } finally {
      inFlight.current = false;
    }
  }

  function reset() {
    pendingId.current = null;
    setRefusal(null);
    setOrder(null);
  }

  return { send, reset, refusal, order, busy: mutation.isPending };
}
