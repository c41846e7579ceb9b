import { describe, expect, it } from "vitest";
import type { Account, Income, Position } from "../../api/types";
import { formatPlain, parseDecimal } from "../../lib/decimal";
import type { Market } from "../../stream/market-store";
import { allocation, dayBase, dividends, valueAccount, valuePosition } from "./valuation";

const position: Position = {
  asset_id: "1",
  symbol: "AAPL",
  qty: "3",
  qty_available: "3",
  side: "long",
  avg_entry_price: "100.1",
  cost_basis: "300.3",
  market_value: "303",
  current_price: "101",
  lastday_price: "99",
  unrealized_pl: "2.7",
  unrealized_intraday_pl: "2.7",
};

const account: Account = {
  id: "1",
  account_number: "1",
  status: "ACTIVE",
  currency: "USD",
  cash: "699.7",
  equity: "1002.7",
  last_equity: "1000",
  buying_power: "699.7",
  long_market_value: "303",
  short_market_value: "0",
  maintenance_margin: "0",
  account_type: "cash",
  margin_call: null,
};

function at(price: number | null): Market {
  const trade = price === null ? null : { t: "2025-07-01T14:30:00Z", p: price, s: 1 };
  return { trade, quote: null, day: null, previousClose: null };
}

describe("a position", () => {
  it("is worth its quantity at the newest trade, exactly", () => {
    const value = valuePosition(position, at(100.2));
    expect(formatPlain(value.marketValue ?? 0n)).toBe("300.6");
    expect(formatPlain(value.profit ?? 0n)).toBe("0.3");
    expect(formatPlain(value.today ?? 0n)).toBe("0.3");
  });

  it("is worth what the server says while no trade has come", () => {
    expect(formatPlain(valuePosition(position, at(null)).marketValue ?? 0n)).toBe("303");
  });
});

const short: Position = {
  ...position,
  symbol: "IBM",
  qty: "-2",
  qty_available: "-2",
  side: "short",
  avg_entry_price: "50",
  cost_basis: "-100",
  market_value: "-110",
  current_price: "55",
  unrealized_pl: "-10",
  unrealized_intraday_pl: "-10",
};

describe("a short position", () => {
  it("loses what its price rises", () => {
    const value = valuePosition(short, at(60));
    expect(formatPlain(value.marketValue ?? 0n)).toBe("-120");
    expect(formatPlain(value.profit ?? 0n)).toBe("-20");
    expect(formatPlain(value.today ?? 0n)).toBe("-20");
  });

  it("takes from the account's equity and the worth of its positions", () => {
    const shorted = { ...account, equity: "992.7", short_market_value: "-110" };
    const value = valueAccount(shorted, [position, short], (symbol) =>
      at(symbol === "IBM" ? 60 : 101),
    );
    expect(formatPlain(value.equity)).toBe("982.7");
    expect(formatPlain(value.positions)).toBe("183");
  });

  it("counts in the allocation as what it costs to buy back", () => {
    const shares = allocation([short], () => at(50), parseDecimal("1000") ?? 0n, 4);
    expect(shares.map(({ name, part }) => [name, formatPlain(part)])).toEqual([
      ["IBM short", "0.1"],
      ["Cash", "0.9"],
    ]);
  });
});

describe("the account", () => {
  it("moves with its positions from the server's equity on", () => {
    const value = valueAccount(account, [position], () => at(102));
    expect(formatPlain(value.equity)).toBe("1005.7");
    expect(formatPlain(value.positions)).toBe("306");
  });
});

describe("the profit of the day", () => {
  const noon = Date.parse("2025-07-01T16:00:00Z") / 1000;
  const history = { timestamp: [noon], equity: [1250.5], profit_loss: [0.5], timeframe: "1D" };

  it("counts from the day's own start, so that a deposit is no profit", () => {
    expect(formatPlain(dayBase(account, history, "2025-07-01") ?? 0n)).toBe("1250");
  });

  it("counts from the last close when the history has no point of today", () => {
    expect(formatPlain(dayBase(account, history, "2025-07-02") ?? 0n)).toBe("1000");
    expect(formatPlain(dayBase(account, undefined, "2025-07-02") ?? 0n)).toBe("1000");
  });

  it("is unknown to an account that never closed a day", () => {
    expect(dayBase({ ...account, last_equity: "0" }, undefined, "2025-07-02")).toBeNull();
  });
});

describe("the allocation", () => {
  const equity = parseDecimal("1000") ?? 0n;

  it("names the largest positions first, sums the others, and ends with cash", () => {
    const many = ["A", "B", "C"].map((symbol, index) => ({
      ...position,
      symbol,
      qty: String(index + 1),
    }));
    const shares = allocation(many, () => at(100), equity, 2);
    expect(shares.map(({ name, part }) => `${name} ${formatPlain(part)}`)).toEqual([
      "C 0.3",
      "Others 0.3",
      "Cash 0.4",
    ]);
  });

  it("is cash alone without positions, and nothing without equity", () => {
    expect(allocation([], () => at(null), equity, 5).map(({ name }) => name)).toEqual(["Cash"]);
    expect(allocation([], () => at(null), 0n, 5)).toEqual([]);
  });
});

describe("dividends", () => {
  it("are kept by instrument, exactly, also those that a short position paid", () => {
    const income: Income = {
      total: "0.623456789",
      dividends: "0.5",
      interest: "0.123456789",
      fees: "0",
      positions: [
        { symbol: "AAPL", dividends: "-12.000000001", fees: "0" },
        { symbol: "IBM", dividends: "12.500000001", fees: "1" },
      ],
    };
    expect(dividends(income)).toEqual(
      new Map([
        ["AAPL", -12_000_000_001n],
        ["IBM", 12_500_000_001n],
      ]),
    );
    expect(dividends(undefined).size).toBe(0);
  });
});
