import { type FormEvent, useState } from "react";
import { toSentence } from "../../api/http";
import { useReplaceOrder } from "../../api/orders";
import { useAssets } from "../../api/queries";
import type { Asset, Order, OrderChange } from "../../api/types";
import { formatPlain, parseDecimal } from "../../lib/decimal";
import { Button, Field } from "../../ui/controls";
import { Dialog } from "../../ui/dialog";
import { WarningIcon } from "../../ui/icons";
import { checkPrice, checkQuantity, clean, priceText, unitOf } from "../order-rules";
import { orderTitle } from "../order-words";

interface ReplaceDialogProps {
  order: Order;
  onClose: () => void;
}

type Name = keyof OrderChange;
type Texts = Partial<Record<Name, string>>;

const LABELS: Record<Name, string> = {
  qty: "Quantity",
  limit_price: "Limit price",
  stop_price: "Stop price",
  trail: "Trail",
};

/** Change an open order's quantity, prices or trail; the server answers with a new order. */
export function ReplaceDialog({ order, onClose }: ReplaceDialogProps) {
  const asset = useAssets().data?.find(({ symbol }) => symbol === order.symbol);
  const before = textsOf(order);
  const [texts, setTexts] = useState(before);
  const [errors, setErrors] = useState<Texts>({});
  const [refusal, setRefusal] = useState<string | null>(null);
  const replace = useReplaceOrder();
  const names = Object.keys(before) as Name[];

  async function submit(event: FormEvent) {
    event.preventDefault();
    const found = check(texts, asset);
    setErrors(found);
    setRefusal(null);
    if (Object.keys(found).length > 0) return;
    const changed = names.filter(
      (name) => parseDecimal(clean(texts[name] ?? "")) !== parseDecimal(before[name]),
    );
    if (changed.length === 0) {
      onClose();
      return;
    }
    const change: OrderChange = Object.fromEntries(
      changed.map((name) => [name, clean(texts[name] ?? "")]),
    );
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
        {names.map((name) => (
          <Field
            key={name}
            label={LABELS[name]}
            inputMode="decimal"
            suffix={suffixOf(name, order, asset)}
            value={texts[name] ?? ""}
            error={errors[name]}
            onChange={(text) => setTexts({ ...texts, [name]: text })}
          />
        ))}
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

/** What may be changed of an order, as it stands: the size of a group's order may not. */
function textsOf(order: Order): Texts {
  const price = (text: string | null) => priceText(parseDecimal(text) ?? 0n);
  const trails = order.type === "trailing_stop";
  return {
    ...(order.order_class === "simple" || order.order_class === ""
      ? { qty: formatPlain(parseDecimal(order.qty) ?? 0n) }
      : {}),
    ...(order.limit_price === null ? {} : { limit_price: price(order.limit_price) }),
    ...(order.stop_price === null || trails ? {} : { stop_price: price(order.stop_price) }),
    ...(trails ? { trail: order.trail_percent ?? order.trail_price ?? "" } : {}),
  };
}

function suffixOf(name: Name, order: Order, asset: Asset | undefined): string {
  if (name === "qty") return unitOf(order.symbol, asset);
  return name === "trail" && order.trail_percent !== null ? "%" : "USD";
}

function check(texts: Texts, asset: Asset | undefined): Texts {
  const found: Texts = {};
  for (const [name, text] of Object.entries(texts) as [Name, string][]) {
    const wrong =
      name === "qty"
        ? checkQuantity(text, asset)
        : name === "trail"
          ? checkTrail(text)
          : checkPrice(LABELS[name].toLowerCase(), text, asset);
    if (wrong) found[name] = wrong;
  }
  return found;
}

function checkTrail(text: string): string | undefined {
  const trail = parseDecimal(clean(text));
  return trail !== null && trail > 0n ? undefined : "Enter a trail of more than zero.";
}
