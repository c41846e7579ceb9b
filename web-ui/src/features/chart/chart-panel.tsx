import { useEffect, useMemo, useRef, useState } from "react";
import { toSentence } from "../../api/http";
import { useBars, useOrders, usePositions } from "../../api/queries";
import type { Asset } from "../../api/types";
import { type Candle, TIMEFRAME_LABELS, TIMEFRAMES, type Timeframe } from "../../lib/bars";
import { parseDecimal, ratio, toNumber } from "../../lib/decimal";
import { formatCompact, formatPrice, formatQuantity } from "../../lib/format";
import { marketStore, useMarket } from "../../stream/market-store";
import { Segmented } from "../../ui/controls";
import { Percent, Signed, Ticking } from "../../ui/figures";
import { Empty, Failed, Panel } from "../../ui/panel";
import { useTheme } from "../../ui/theme";
import { readColors } from "./chart-theme";
import { type Line, PriceChart } from "./price-chart";

interface ChartPanelProps {
  symbol: string;
  asset: Asset | undefined;
  timeframe: Timeframe;
  onTimeframe: (timeframe: Timeframe) => void;
  now: Date | null;
}

export function ChartPanel({ symbol, asset, timeframe, onTimeframe, now }: ChartPanelProps) {
  const bars = useBars(symbol, timeframe, now);
  const [candle, setCandle] = useState<Candle | null>(null);
  const lines = useLines(symbol);
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<PriceChart | null>(null);
  const theme = useTheme();

  useEffect(() => {
    if (!box.current) return;
    const made = new PriceChart(box.current, readColors(box.current), setCandle);
    chart.current = made;
    return () => {
      chart.current = null;
      made.destroy();
    };
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the theme changes what is read
  useEffect(() => {
    if (box.current) chart.current?.paint(readColors(box.current));
  }, [theme]);

  useEffect(() => {
    chart.current?.setBars(symbol, timeframe, bars.data ?? []);
    const { trade } = marketStore.get(symbol);
    if (trade) chart.current?.addTrade({ ...trade, s: 0 });
  }, [symbol, timeframe, bars.data]);

  useEffect(() => chart.current?.setLines(lines), [lines]);

  useEffect(() => {
    const stops = [
      marketStore.onTrade(symbol, (trade) => chart.current?.addTrade(trade)),
      marketStore.onBar(symbol, (bar) => chart.current?.addBar(bar)),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }, [symbol]);

  const empty = bars.data?.length === 0;
  return (
    <Panel
      title={`Chart of ${symbol}`}
      area="chart"
      views="chart"
      heading={<Headline symbol={symbol} name={asset?.name ?? ""} />}
      aside={
        <Segmented
          legend="Timeframe"
          look="quiet"
          value={timeframe}
          onChange={onTimeframe}
          choices={TIMEFRAMES.map((value) => ({
            value,
            label: TIMEFRAME_LABELS[value].short,
            name: TIMEFRAME_LABELS[value].long,
          }))}
        />
      }
    >
      <div className="chart-area">
        <div
          ref={box}
          className="chart-canvas"
          role="img"
          aria-label={`Price chart of ${symbol}`}
        />
        <Legend candle={candle} />
        {bars.isError && !bars.data ? (
          <div className="chart-cover">
            <Failed sentence={toSentence(bars.error)} onRetry={() => void bars.refetch()} />
          </div>
        ) : null}
        {empty ? (
          <div className="chart-cover">
            <Empty title={`No prices of ${symbol} yet`}>They appear as soon as it trades.</Empty>
          </div>
        ) : null}
        <p className="chart-note">
          New York time ·{" "}
          <a href="https://www.tradingview.com/" target="_blank" rel="noreferrer">
            TradingView Lightweight Charts™
          </a>
        </p>
      </div>
    </Panel>
  );
}

/** The instrument with its newest price and how far it has come since the previous close. */
export function Headline({ symbol, name }: { symbol: string; name: string }) {
  const market = useMarket(symbol);
  const last = parseDecimal(market.trade?.p ?? market.day?.c);
  const previous = parseDecimal(market.previousClose);
  const change = last !== null && previous !== null ? last - previous : null;
  return (
    <div className="headline">
      <div className="headline-name">
        <strong>{symbol}</strong>
        <span>{name}</span>
      </div>
      <div className="headline-price">
        <strong>
          <Ticking value={last} text={formatPrice(last)} />
        </strong>
        <span className="headline-change">
          <Signed value={change} write={formatPrice} />
          <Percent value={change !== null && previous !== null ? ratio(change, previous) : null} />
        </span>
      </div>
    </div>
  );
}

function Legend({ candle }: { candle: Candle | null }) {
  if (!candle) return null;
  const way = candle.close >= candle.open ? "up" : "down";
  const parts: [string, number][] = [
    ["O", candle.open],
    ["H", candle.high],
    ["L", candle.low],
    ["C", candle.close],
  ];
  return (
    <p className="chart-legend" aria-hidden="true">
      {parts.map(([label, value]) => (
        <span key={label}>
          {label} <b className={`tone-${way}`}>{formatPrice(parseDecimal(value))}</b>
        </span>
      ))}
      <span>
        V <b>{formatCompact(parseDecimal(candle.volume.toFixed(9)))}</b>
      </span>
    </p>
  );
}

/** The account's own prices: what it paid, and where its orders wait. */
function useLines(symbol: string): Line[] {
  const positions = usePositions().data;
  const orders = useOrders("open").data;
  return useMemo(() => {
    const lines: Line[] = [];
    for (const position of positions ?? []) {
      const price = parseDecimal(position.avg_entry_price);
      const qty = parseDecimal(position.qty);
      if (position.symbol !== symbol || price === null) continue;
      lines.push({
        id: "position",
        kind: "position",
        price: toNumber(price),
        title: `Position ${formatQuantity(qty)}`,
      });
    }
    for (const order of orders ?? []) {
      const price = parseDecimal(order.limit_price);
      if (order.symbol !== symbol || price === null) continue;
      const open = (parseDecimal(order.qty) ?? 0n) - (parseDecimal(order.filled_qty) ?? 0n);
      lines.push({
        id: order.id,
        kind: order.side,
        price: toNumber(price),
        title: `${order.side === "buy" ? "Buy" : "Sell"} ${formatQuantity(open)}`,
      });
    }
    return lines;
  }, [positions, orders, symbol]);
}
