import { useMemo, useRef, useState } from "react";
import { toSentence } from "../../api/http";
import type { useAssets } from "../../api/queries";
import type { Asset } from "../../api/types";
import { parseDecimal, ratio } from "../../lib/decimal";
import { formatPrice } from "../../lib/format";
import { useMarket } from "../../stream/market-store";
import { Percent, Ticking } from "../../ui/figures";
import { useHotkeys } from "../../ui/hotkeys";
import { SearchIcon } from "../../ui/icons";
import { Empty, Failed, Panel, Skeleton } from "../../ui/panel";
import { Sparkline } from "../../ui/sparkline";

interface WatchListProps {
  assets: ReturnType<typeof useAssets>;
  watched: readonly Asset[];
  selected: string | null;
  curves: Readonly<Record<string, readonly number[]>>;
  onSelect: (symbol: string) => void;
}

export function WatchList({ assets, watched, selected, curves, onSelect }: WatchListProps) {
  const [search, setSearch] = useState("");
  const field = useRef<HTMLInputElement>(null);
  useHotkeys({ "/": () => field.current?.focus() });
  const shown = useMemo(() => filter(watched, search), [watched, search]);

  return (
    <Panel
      title="Watch list"
      area="watch"
      views="markets"
      aside={<span className="panel-count">{watched.length > 0 ? watched.length : ""}</span>}
    >
      <div className="watch-search">
        <SearchIcon />
        <input
          ref={field}
          type="search"
          aria-label="Find an instrument"
          placeholder="Find an instrument"
          value={search}
          onChange={(event) => setSearch(event.target.value)}
          onKeyDown={(event) => {
            const first = shown[0];
            if (event.key === "Enter" && first) onSelect(first.symbol);
            if (event.key === "Escape") {
              setSearch("");
              field.current?.blur();
            }
          }}
        />
        <span className="key" aria-hidden="true">
          /
        </span>
      </div>
      {assets.isPending ? <Skeleton rows={6} /> : null}
      {assets.isError ? (
        <Failed sentence={toSentence(assets.error)} onRetry={() => void assets.refetch()} />
      ) : null}
      {assets.isSuccess && shown.length === 0 ? (
        <Empty title={search === "" ? "No instruments" : `Nothing matches “${search}”`} />
      ) : null}
      <ul className="watch-rows">
        {shown.map((asset) => (
          <li key={asset.symbol}>
            <WatchRow
              asset={asset}
              curve={curves[asset.symbol] ?? []}
              selected={asset.symbol === selected}
              onSelect={onSelect}
            />
          </li>
        ))}
      </ul>
    </Panel>
  );
}

interface WatchRowProps {
  asset: Asset;
  curve: readonly number[];
  selected: boolean;
  onSelect: (symbol: string) => void;
}

function WatchRow({ asset, curve, selected, onSelect }: WatchRowProps) {
  const market = useMarket(asset.symbol);
  const last = parseDecimal(market.trade?.p ?? market.day?.c);
  const previous = parseDecimal(market.previousClose);
  const change = last !== null && previous !== null ? ratio(last - previous, previous) : null;
  return (
    <button
      type="button"
      className="watch-row"
      aria-current={selected ? "true" : undefined}
      onClick={() => onSelect(asset.symbol)}
    >
      <span className="watch-name">
        <strong>{asset.symbol}</strong>
        <span>{shortName(asset)}</span>
      </span>
      <Sparkline points={curve} base={market.previousClose} />
      <span className="watch-figures">
        <Ticking value={last} text={formatPrice(last)} />
        <Percent value={change} />
      </span>
    </button>
  );
}

/** A company's name without the kind of its shares, for which a narrow list has no room. */
function shortName(asset: Asset): string {
  return (asset.name ?? "").replace(/,? (Class [A-Z] )?Common Stock$/, "");
}

function filter(assets: readonly Asset[], search: string): readonly Asset[] {
  const wanted = search.trim().toLowerCase();
  if (wanted === "") return assets;
  return assets.filter((asset) =>
    `${asset.symbol} ${asset.name ?? ""}`.toLowerCase().includes(wanted),
  );
}
