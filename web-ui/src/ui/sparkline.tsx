interface SparklineProps {
  points: readonly number[];
  /** The level that decides the colour; the first point when there is none. */
  base?: number | null;
  filled?: boolean;
}

const WIDTH = 100;
const HEIGHT = 32;
const PAD = 2;

/** A small curve without axes. Its meaning stands in figures beside it. */
export function Sparkline({ points, base, filled }: SparklineProps) {
  const first = points[0];
  const last = points.at(-1);
  if (points.length < 2 || first === undefined || last === undefined) {
    return <span className="sparkline" aria-hidden="true" />;
  }
  const low = Math.min(...points);
  const span = Math.max(...points) - low || 1;
  const step = WIDTH / (points.length - 1);
  const path = points
    .map((point, index) => {
      const y = HEIGHT - PAD - ((point - low) / span) * (HEIGHT - 2 * PAD);
      return `${index === 0 ? "M" : "L"}${(index * step).toFixed(2)} ${y.toFixed(2)}`;
    })
    .join("");
  return (
    <svg
      className="sparkline"
      data-way={last >= (base ?? first) ? "up" : "down"}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      aria-hidden="true"
      focusable="false"
    >
      {filled ? <path className="sparkline-area" d={`${path}V${HEIGHT}H0Z`} /> : null}
      <path className="sparkline-line" d={path} vectorEffect="non-scaling-stroke" />
    </svg>
  );
}
