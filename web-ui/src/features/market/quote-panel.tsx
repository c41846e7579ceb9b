import { parseDecimal, type Units } from "../../lib/decimal";
import { formatCompact, formatPrice, formatQuantity } from "../../lib/format";
import { useMarket } from "../../stream/market-store";
import { Ticking } from "../../ui/figures";
import { Panel } from "../../ui/panel";
import type { Halted } from "./halt";

interface QuotePanelProps {
  symbol: string;
  halted: Halted | undefined;
  /** A price was picked, to become the limit of the ticket. */
  onPick: (price: Units) => void;
}

export function QuotePanel({ symbol, halted, onPick }: QuotePanelProps) {
  const market = useMarket(symbol);
  const bid = positive(market.quote?.bp);
  const ask = positive(market.quote?.ap);
  const spread = bid !== null && ask !== null ? ask - bid : null;
  const { day } = market;
  const facts: [string, string][] = [
    ["Open", formatPrice(parseDecimal(day?.o))],
    ["Prev. close", formatPrice(parseDecimal(market.previousClose))],
    ["High", formatPrice(parseDecimal(day?.h))],
    ["Low", formatPrice(parseDecimal(day?.l))],
    ["Volume", formatCompact(parseDecimal(day?.v.toFixed(9)))],
    ["Spread", formatPrice(spread)],
  ];
  return (
    <Panel
      title={`Quote of ${symbol}`}
      area="quote"
      views="chart trade"
      heading={<h3>Quote</h3>}
      aside={
        halted && (
          <span className="badge badge-warning" title={halted.sentence}>
            {halted.word}
          </span>
        )
      }
    >
      <div className="quote-sides">
        <Side name="Bid" side="bid" price={bid} size={market.quote?.bs} onPick={onPick} />
        <Side name="Ask" side="ask" price={ask} size={market.quote?.as} onPick={onPick} />
      </div>
      <dl className="facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </Panel>
  );
}

interface SideProps {
  name: string;
  side: "bid" | "ask";
  price: Units | null;
  size: number | undefined;
  onPick: (price: Units) => void;
}

function Side({ name, side, price, size, onPick }: SideProps) {
  return (
    <button
      type="button"
      className="quote-side"
      data-side={side}
      disabled={price === null}
      title="Use as limit price"
      aria-label={`${name} ${formatPrice(price)}, use as limit price`}
      onClick={() => price !== null && onPick(price)}
    >
      <span className="quote-label">{name}</span>
      <span className="quote-size">
        {price === null ? "none" : `× ${formatQuantity(parseDecimal(size))}`}
      </span>
      <strong>
        <Ticking value={price} text={formatPrice(price)} />
      </strong>
    </button>
  );
}

function positive(value: number | undefined): Units | null {
  const units = parseDecimal(value);
  return units !== null && units > 0n ? units : null;
}
