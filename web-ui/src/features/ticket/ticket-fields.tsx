import type { KeyboardEvent } from "react";
import type { Asset } from "../../api/types";
import { Field, Select } from "../../ui/controls";
import { type Draft, exitsFor, hasLimit, hasStop, hasStopLoss, hasTakeProfit } from "./draft";
import type { DraftErrors } from "./draft-checks";

interface FieldsProps {
  draft: Draft;
  errors: DraftErrors;
  onEdit: (part: Partial<Draft>) => void;
  onKeyDown: (event: KeyboardEvent<HTMLInputElement>) => void;
}

/** The prices that an order's type needs. */
export function PriceFields({ draft, errors, onEdit, onKeyDown }: FieldsProps) {
  if (draft.type === "market") return null;
  return (
    <div className="ticket-row">
      {hasStop(draft) ? (
        <Field
          label="Stop price"
          inputMode="decimal"
          suffix="USD"
          value={draft.stopPrice}
          error={errors.stopPrice}
          onChange={(stopPrice) => onEdit({ stopPrice })}
          onKeyDown={onKeyDown}
        />
      ) : null}
      {hasLimit(draft) ? (
        <Field
          label="Limit price"
          inputMode="decimal"
          suffix="USD"
          value={draft.limitPrice}
          error={errors.limitPrice}
          onChange={(limitPrice) => onEdit({ limitPrice })}
          onKeyDown={onKeyDown}
        />
      ) : null}
      {draft.type === "trailing_stop" ? (
        <>
          <Field
            label="Trail"
            inputMode="decimal"
            suffix={draft.trailBy === "percent" ? "%" : "USD"}
            value={draft.trail}
            error={errors.trail}
            onChange={(trail) => onEdit({ trail })}
            onKeyDown={onKeyDown}
          />
          <Select
            label="Trail by"
            value={draft.trailBy}
            onChange={(trailBy) => onEdit({ trailBy })}
            choices={[
              { value: "percent", label: "Percent" },
              { value: "price", label: "Amount" },
            ]}
          />
        </>
      ) : null}
    </div>
  );
}

/** The orders that are to end the position, where the order may bring any. */
export function ExitFields({
  draft,
  asset,
  errors,
  onEdit,
  onKeyDown,
}: FieldsProps & { asset: Asset | undefined }) {
  const choices = exitsFor(draft, asset);
  if (choices.length < 2) return null;
  return (
    <>
      <Select
        label="Exits"
        value={draft.exits}
        onChange={(exits) => onEdit({ exits })}
        choices={choices}
      />
      {draft.exits === "none" ? null : (
        <div className="ticket-row">
          {hasTakeProfit(draft) ? (
            <Field
              label="Take profit"
              inputMode="decimal"
              suffix="USD"
              value={draft.takeProfit}
              error={errors.takeProfit}
              onChange={(takeProfit) => onEdit({ takeProfit })}
              onKeyDown={onKeyDown}
            />
          ) : null}
          {hasStopLoss(draft) ? (
            <Field
              label="Stop loss"
              inputMode="decimal"
              suffix="USD"
              value={draft.stopLoss}
              error={errors.stopLoss}
              onChange={(stopLoss) => onEdit({ stopLoss })}
              onKeyDown={onKeyDown}
            />
          ) : null}
        </div>
      )}
      {hasStopLoss(draft) ? (
        <Field
          label="Stop-loss limit, if any"
          inputMode="decimal"
          suffix="USD"
          value={draft.stopLossLimit}
          error={errors.stopLossLimit}
          onChange={(stopLossLimit) => onEdit({ stopLossLimit })}
          onKeyDown={onKeyDown}
        />
      ) : null}
      {draft.exits === "oco" ? (
        <p className="ticket-hint">
          The limit takes the profit; when one of the two fills, the other is canceled.
        </p>
      ) : null}
    </>
  );
}
