/** The chart itself, outside of React: candles, volume and lines, drawn by lightweight-charts. */

import {
  type AutoscaleInfo,
  CandlestickSeries,
  createChart,
  HistogramSeries,
  type IChartApi,
  type IPriceLine,
  type ISeriesApi,
  LineStyle,
  type UTCTimestamp,
} from "lightweight-charts";
import type { Bar, Trade } from "../../api/types";
import { type Candle, grow, type Timeframe, toCandle, toCandles } from "../../lib/bars";
import { type ChartColors, chartOptions } from "./chart-theme";

const BAR_WIDTH = 8;
const VISIBLE_MIN = 40;
const VISIBLE_MAX = 140;
/** Room for the names of the price lines, so that they do not cover the newest candles. */
const RIGHT_WIDTH = 84;
/** Lines this near to the candles, in heights of what shows, are brought into view. */
const LINE_REACH = 0.5;

export interface Line {
  id: string;
  price: number;
  title: string;
  kind: "buy" | "sell" | "position";
}

export class PriceChart {
  private readonly chart: IChartApi;
  private readonly prices: ISeriesApi<"Candlestick">;
  private readonly volumes: ISeriesApi<"Histogram">;
  private readonly lines = new Map<string, { line: IPriceLine; key: string }>();
  private candles: Candle[] = [];
  private shown = "";
  private timeframe: Timeframe = "1Min";
  private hovered: number | null = null;

  /** `onShow` is told which candle to spell out: the one under the pointer, else the last. */
  constructor(
    element: HTMLElement,
    private colors: ChartColors,
    private readonly onShow: (candle: Candle | null) => void,
  ) {
    this.chart = createChart(element, chartOptions(colors));
    this.prices = this.chart.addSeries(CandlestickSeries, {
      borderVisible: false,
      autoscaleInfoProvider: (original: () => AutoscaleInfo | null) => this.scale(original()),
    });
    this.volumes = this.chart.addSeries(HistogramSeries, {
      priceScaleId: "volume",
      priceFormat: { type: "volume" },
      lastValueVisible: false,
      priceLineVisible: false,
    });
    this.volumes.priceScale().applyOptions({ scaleMargins: { top: 0.84, bottom: 0 } });
    this.paint(colors);
    this.chart.subscribeCrosshairMove(({ time }) => {
      this.hovered = time === undefined ? null : (time as number);
      this.report();
    });
  }

  destroy(): void {
    this.chart.remove();
  }

  /** Use other colours, after a change of theme. */
  paint(colors: ChartColors): void {
    this.colors = colors;
    this.chart.applyOptions(chartOptions(colors));
    this.prices.applyOptions({
      upColor: colors.up,
      downColor: colors.down,
      wickUpColor: colors.up,
      wickDownColor: colors.down,
    });
    this.volumes.setData(this.candles.map((candle) => this.volume(candle)));
    for (const { line } of this.lines.values()) this.prices.removePriceLine(line);
    const known = [...this.lines.values()].map(({ key }) => JSON.parse(key) as Line);
    this.lines.clear();
    this.setLines(known);
  }

  /** Show bars; keeps the scrolled place unless it is another instrument or timeframe. */
  setBars(symbol: string, timeframe: Timeframe, bars: readonly Bar[]): void {
    const key = `${symbol} ${timeframe}`;
    const live = key === this.shown ? this.last : undefined;
    this.timeframe = timeframe;
    this.candles = toCandles(bars, timeframe);
    const newest = this.last;
    // What the stream brought since the answer was made stays.
    if (live && newest && live.time > newest.time) this.candles.push(live);
    this.chart.applyOptions({ timeScale: { timeVisible: timeframe !== "1Day" } });
    this.prices.setData(this.candles.map(price));
    this.volumes.setData(this.candles.map((candle) => this.volume(candle)));
    this.report();
    if (key === this.shown) return;
    this.shown = bars.length > 0 ? key : "";
    this.prices.priceScale().applyOptions({ autoScale: true });
    this.showNewest();
  }

  /** Grow the last candle by a live trade. */
  addTrade(trade: Trade): void {
    if (this.shown === "") return;
    const candle = grow(this.last, trade, this.timeframe);
    if (candle) this.put(candle);
  }

  /** Take a finished minute from the stream over what its trades added up to. */
  addBar(bar: Bar): void {
    if (this.shown === "" || this.timeframe !== "1Min") return;
    const candle = toCandle(bar, "1Min");
    const last = this.last;
    if (!last || candle.time >= last.time) this.put(candle);
  }

  /** Show exactly these lines. */
  setLines(lines: readonly Line[]): void {
    const wanted = new Map(lines.map((line) => [line.id, line]));
    for (const [id, { line, key }] of this.lines) {
      const next = wanted.get(id);
      if (next && JSON.stringify(next) === key) {
        wanted.delete(id);
      } else {
        this.prices.removePriceLine(line);
        this.lines.delete(id);
      }
    }
    for (const [id, next] of wanted) {
      const line = this.prices.createPriceLine({
        price: next.price,
        title: next.title,
        color: this.lineColor(next.kind),
        lineWidth: 1,
        lineStyle: next.kind === "position" ? LineStyle.SparseDotted : LineStyle.Dashed,
        axisLabelVisible: true,
      });
      this.lines.set(id, { line, key: JSON.stringify(next) });
    }
  }

  private scale(info: AutoscaleInfo | null): AutoscaleInfo | null {
    const range = info?.priceRange;
    if (!range) return info;
    const reach = (range.maxValue - range.minValue) * LINE_REACH;
    const near = [...this.lines.values()]
      .map(({ line }) => line.options().price)
      .filter((value) => value >= range.minValue - reach && value <= range.maxValue + reach);
    return {
      ...info,
      priceRange: {
        minValue: Math.min(range.minValue, ...near),
        maxValue: Math.max(range.maxValue, ...near),
      },
    };
  }

  private showNewest(): void {
    const count = this.candles.length;
    const width = this.chart.timeScale().width();
    const visible = Math.min(VISIBLE_MAX, Math.max(VISIBLE_MIN, Math.floor(width / BAR_WIDTH)));
    const right = Math.ceil((visible * RIGHT_WIDTH) / Math.max(width, RIGHT_WIDTH));
    this.chart.timeScale().setVisibleLogicalRange({
      from: count - visible + right,
      to: count - 1 + right,
    });
  }

  private put(candle: Candle): void {
    const last = this.last;
    if (last && last.time === candle.time) this.candles[this.candles.length - 1] = candle;
    else this.candles.push(candle);
    this.prices.update(price(candle));
    this.volumes.update(this.volume(candle));
    this.report();
  }

  private get last(): Candle | undefined {
    return this.candles.at(-1);
  }

  private report(): void {
    this.onShow((this.hovered === null ? null : this.at(this.hovered)) ?? this.last ?? null);
  }

  private at(time: number): Candle | null {
    let low = 0;
    let high = this.candles.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const candle = this.candles[middle];
      if (!candle) return null;
      if (candle.time === time) return candle;
      if (candle.time < time) low = middle + 1;
      else high = middle - 1;
    }
    return null;
  }

  private volume(candle: Candle) {
    return {
      time: candle.time as UTCTimestamp,
      value: candle.volume,
      color: candle.close >= candle.open ? this.colors.upVolume : this.colors.downVolume,
    };
  }

  private lineColor(kind: Line["kind"]): string {
    if (kind === "position") return this.colors.accent;
    return kind === "buy" ? this.colors.up : this.colors.down;
  }
}

function price(candle: Candle) {
  return {
    time: candle.time as UTCTimestamp,
    open: candle.open,
    high: candle.high,
    low: candle.low,
    close: candle.close,
  };
}
