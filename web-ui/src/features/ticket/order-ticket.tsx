import { type FormEvent, type KeyboardEvent, useRef, useState } from "react";
import { useAccount, usePositions } from "../../api/queries";
import type { Asset } from "../../api/types";
import { abs, formatPlain, parseDecimal, SCALE, type Units } from "../../lib/decimal";
import { formatMoney, formatQuantity } from "../../lib/format";
import { useMarket } from "../../stream/market-store";
import { Button, Check, Field, Segmented, Select } from "../../ui/controls";
import { useHotkeys } from "../../ui/hotkeys";
import { WarningIcon } from "../../ui/icons";
import { Panel } from "../../ui/panel";
import type { Halted } from "../market/halt";
import { affordable, isCoin, portion, unitOf } from "../order-rules";
import {
  type Draft,
  estimate,
  expectedPrice,
  settle,
  takesExtendedHours,
  takesMoney,
  timesFor,
  typesFor,
} from "./draft";
import { checkDraft, visibleErrors } from "./draft-checks";
import { opensPosition } from "./position-intent";
import { ExitFields, PriceFields } from "./ticket-fields";
import { Estimate, Outcome } from "./ticket-summary";
import { useSubmission } from "./use-submission";
import type { Ticket } from "./use-ticket";

interface OrderTicketProps {
  symbol: string;
  asset: Asset | undefined;
  ticket: Ticket;
  halted: Halted | undefined;
  /** Bring the ticket into view in the narrow layout. */
  onReveal: () => void;
}

const PORTIONS = [25n, 50n, 100n];
const COIN_STEP: Units = SCALE / 1_000_000n;

export function OrderTicket({ symbol, asset, ticket, halted, onReveal }: OrderTicketProps) {
  const { change } = ticket;
  // What was chosen for another instrument may not stand beside this one.
  const draft = settle(ticket.draft, asset);
  const market = useMarket(symbol);
  const account = useAccount().data;
  const buyingPower = parseDecimal(account?.buying_power);
  const position = usePositions().data?.find((held) => held.symbol === symbol);
  const closable = abs(parseDecimal(position?.qty_available ?? position?.qty ?? "0") ?? 0n);
  const held = parseDecimal(position?.qty) ?? 0n;
  const opens = opensPosition(draft.side, held, account?.account_type);
  const [asked, setAsked] = useState(false);
  const submission = useSubmission();
  const qtyField = useRef<HTMLInputElement>(null);
  const found = checkDraft(draft, asset, market);
  const errors = visibleErrors(found, draft, asked);

  function edit(part: Partial<Draft>) {
    setAsked(false);
    submission.reset();
    change(settle({ ...draft, ...part }, asset));
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
    setAsked(true);
    if (Object.keys(found).length > 0) return;
    if (await submission.send(draft, symbol)) {
      setAsked(false);
      change({ qty: "" });
    }
  }

  const price = expectedPrice(draft, market);
  const most = affordable(buyingPower ?? 0n, price ?? 0n, isCoin(asset) ? COIN_STEP : SCALE);
  const whole = opens ? most : closable;
  const times = timesFor(draft, asset);

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
          look="tight"
          value={draft.type}
          onChange={(type) => edit({ type })}
          choices={typesFor(asset)}
        />
        <div className="ticket-size">
          <Field
            label={draft.unit === "money" ? "Amount" : "Quantity"}
            inputMode="decimal"
            suffix={draft.unit === "money" ? "USD" : unitOf(symbol, asset)}
            inputRef={qtyField}
            value={draft.qty}
            error={errors.qty}
            onChange={(qty) => edit({ qty })}
            onKeyDown={onFieldKey}
            hint={
              draft.unit === "money" ? null : (
                <Portions
                  label={draft.side === "buy" ? "of buying power" : "of the position"}
                  whole={whole}
                  fractionable={
                    isCoin(asset) || (draft.side === "sell" && (asset?.fractionable ?? false))
                  }
                  onPick={(qty) => edit({ qty: formatPlain(qty) })}
                />
              )
            }
          />
          {takesMoney(draft, asset) ? (
            <Select
              label="Order in"
              hideLabel
              value={draft.unit}
              onChange={(unit) => edit({ unit, qty: "" })}
              choices={[
                { value: "shares", label: isCoin(asset) ? "Coins" : "Shares" },
                { value: "money", label: "Dollars" },
              ]}
            />
          ) : null}
        </div>
        <PriceFields draft={draft} errors={errors} onEdit={edit} onKeyDown={onFieldKey} />
        <ExitFields
          draft={draft}
          asset={asset}
          errors={errors}
          onEdit={edit}
          onKeyDown={onFieldKey}
        />
        <Select
          label="Time in force"
          value={draft.timeInForce}
          onChange={(timeInForce) => edit({ timeInForce })}
          choices={times}
        />
        <p className="ticket-hint">
          {times.find(({ value }) => value === draft.timeInForce)?.meaning ?? ""}
        </p>
        {takesExtendedHours(draft, asset) ? (
          <Check
            label="Also before the open and after the close"
            checked={draft.extendedHours}
            onChange={(extendedHours) => edit({ extendedHours })}
          />
        ) : null}
        {halted ? (
          <p className="note note-warning">
            <WarningIcon />
            {halted.sentence}
          </p>
        ) : null}
        <Estimate
          draft={draft}
          cost={estimate(draft, market)}
          buyingPower={buyingPower}
          opens={opens}
          closable={closable}
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

function submitLabel(draft: Draft, symbol: string): string {
  const verb = draft.side === "buy" ? "Buy" : "Sell";
  const qty = parseDecimal(draft.qty);
  if (qty === null || qty <= 0n) return `${verb} ${symbol}`;
  if (draft.unit === "money") return `${verb} ${symbol} for ${formatMoney(qty)}`;
  return `${verb} ${formatQuantity(qty)} ${symbol}`;
}
