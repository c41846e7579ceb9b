import { type FormEvent, useState } from "react";
import { toSentence } from "../../api/http";
import { useReplaceOrder } from "../../api/orders";
import type { Order, OrderChange } from "../../api/types";
import { formatPlain, parseDecimal } from "../../lib/decimal";
import { Button, Field } from "../../ui/controls";
import { Dialog } from "../../ui/dialog";
import { WarningIcon } from "../../ui/icons";
import { checkLimitPrice, checkQuantity, clean, type DraftErrors, priceText } from "../order-rules";
import { orderTitle } from "../order-words";

interface ReplaceDialogProps {
  order: Order;
  onClose: () => void;
}

/** Change an open order's quantity or price; the server answers with a new order. */
export function ReplaceDialog({ order, onClose }: ReplaceDialogProps) {
  const oldPrice = parseDecimal(order.limit_price);
  const oldQty = parseDecimal(order.qty) ?? 0n;
  const [qty, setQty] = useState(formatPlain(oldQty));
  const [limitPrice, setLimitPrice] = useState(oldPrice === null ? "" : priceText(oldPrice));
  const [errors, setErrors] = useState<DraftErrors>({});
  const [refusal, setRefusal] = useState<string | null>(null);
  const replace = useReplaceOrder();

  async function submit(event: FormEvent) {
    event.preventDefault();
    const found = check(qty, oldPrice === null ? null : limitPrice);
    setErrors(found);
    setRefusal(null);
    if (Object.keys(found).length > 0) return;
    const change: OrderChange = {};
    if (parseDecimal(clean(qty)) !== oldQty) change.qty = clean(qty);
    if (oldPrice !== null && parseDecimal(clean(limitPrice)) !== oldPrice) {
      change.limit_price = clean(limitPrice);
    }
    if (Object.keys(change).length === 0) {
      onClose();
      return;
    }
    try {
      await replace.mutateAsync({ orderId: order.id, change });
      onClose();
    } catch (error) {
      setRefusal(toSentence(error));
    }
  }

  return (
    <Dialog title={`Replace: ${orderTitle(order)}`} onClose={onClose}>
      <form onSubmit={(event) => void submit(event)} noValidate>
        <Field
          label="Quantity"
          inputMode="decimal"
          suffix="shares"
          value={qty}
          error={errors.qty}
          onChange={setQty}
        />
        {oldPrice === null ? null : (
          <Field
            label="Limit price"
            inputMode="decimal"
            suffix="USD"
            value={limitPrice}
            error={errors.limitPrice}
            onChange={setLimitPrice}
          />
        )}
        <p className="muted">The new order takes a new place in the queue.</p>
        {refusal ? (
          <p className="note note-error" role="alert">
            <WarningIcon />
            {refusal}
          </p>
        ) : null}
        <div className="dialog-actions">
          <Button onClick={onClose}>Keep the order</Button>
          <Button type="submit" look="primary" disabled={replace.isPending}>
            {replace.isPending ? "Replacing…" : "Replace order"}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function check(qty: string, limitPrice: string | null): DraftErrors {
  const errors: DraftErrors = {};
  const qtyError = checkQuantity(qty, undefined);
  if (qtyError) errors.qty = qtyError;
  const priceError = limitPrice === null ? undefined : checkLimitPrice(limitPrice);
  if (priceError) errors.limitPrice = priceError;
  return errors;
}
