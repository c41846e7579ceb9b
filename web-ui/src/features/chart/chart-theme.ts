import {
  ColorType,
  CrosshairMode,
  type DeepPartial,
  LineStyle,
  type TimeChartOptions,
} from "lightweight-charts";

/** The chart's colours, read from the design tokens so that there is one place for them. */
export interface ChartColors {
  text: string;
  grid: string;
  border: string;
  crosshair: string;
  label: string;
  up: string;
  down: string;
  upVolume: string;
  downVolume: string;
  accent: string;
}

export function readColors(element: Element): ChartColors {
  const style = getComputedStyle(element);
  const token = (name: string) => style.getPropertyValue(name).trim();
  return {
    text: token("--text-muted"),
    grid: token("--chart-grid"),
    border: token("--border"),
    crosshair: token("--text-faint"),
    label: token("--chart-label"),
    up: token("--up"),
    down: token("--down"),
    upVolume: token("--up-volume"),
    downVolume: token("--down-volume"),
    accent: token("--accent"),
  };
}

export function chartOptions(colors: ChartColors): DeepPartial<TimeChartOptions> {
  return {
    autoSize: true,
    layout: {
      background: { type: ColorType.Solid, color: "transparent" },
      textColor: colors.text,
      fontFamily: '"Inter Variable", system-ui, sans-serif',
      fontSize: 11,
      // The logo brings a style element that a strict content security policy refuses; the panel
      // names and links the library instead.
      attributionLogo: false,
    },
    grid: {
      vertLines: { color: colors.grid },
      horzLines: { color: colors.grid },
    },
    crosshair: {
      mode: CrosshairMode.Normal,
      vertLine: {
        color: colors.crosshair,
        style: LineStyle.Dashed,
        labelBackgroundColor: colors.label,
      },
      horzLine: {
        color: colors.crosshair,
        style: LineStyle.Dashed,
        labelBackgroundColor: colors.label,
      },
    },
    rightPriceScale: { borderColor: colors.border, scaleMargins: { top: 0.08, bottom: 0.24 } },
    timeScale: {
      borderColor: colors.border,
      timeVisible: true,
      secondsVisible: false,
      rightOffset: 6,
      minBarSpacing: 1.5,
      barSpacing: 8,
    },
  };
}
