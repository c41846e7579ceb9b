/** What the gateway sends: Alpaca's objects, as far as the terminal reads them. */

/** A decimal as a JSON string. */
export type DecimalText = string;
/** An instant as RFC 3339. */
export type InstantText = string;

export interface Session {
  user: { user_id: string; username: string; role: string };
  accounts: BrokerageAccount[];
  csrf_token: string;
  expires_at: InstantText;
}

export interface BrokerageAccount {
  account_id: string;
  account_number: string;
  venue_id: string;
  name: string;
}

export interface Account {
  id: string;
  account_number: string;
  status: string;
  currency: string;
  cash: DecimalText;
  equity: DecimalText;
  last_equity: DecimalText;
  buying_power: DecimalText;
  long_market_value: DecimalText;
  short_market_value: DecimalText;
  maintenance_margin: DecimalText;
  account_type: "cash" | "margin";
  margin_call: MarginCall | null;
}

export interface MarginCall {
  issued_at: string;
  due_at: string;
  deficit: DecimalText;
}

export interface Position {
  asset_id: string;
  symbol: string;
  qty: DecimalText;
  qty_available: DecimalText | null;
  side: "long" | "short";
  avg_entry_price: DecimalText;
  cost_basis: DecimalText;
  market_value: DecimalText | null;
  current_price: DecimalText | null;
  lastday_price: DecimalText | null;
  unrealized_pl: DecimalText | null;
  unrealized_intraday_pl: DecimalText | null;
}

export type OrderSide = "buy" | "sell";
export type OrderType = "market" | "limit" | "stop" | "stop_limit" | "trailing_stop";
export type TimeInForce = "day" | "gtc" | "ioc" | "fok" | "opg" | "cls";

export interface Order {
  id: string;
  client_order_id: string;
  symbol: string;
  side: OrderSide;
  type: string;
  time_in_force: string;
  qty: DecimalText | null;
  filled_qty: DecimalText;
  filled_avg_price: DecimalText | null;
  notional: DecimalText | null;
  limit_price: DecimalText | null;
  stop_price: DecimalText | null;
  trail_price: DecimalText | null;
  trail_percent: DecimalText | null;
  order_class: string;
  extended_hours: boolean;
  status: string;
  submitted_at: InstantText;
  updated_at: InstantText;
  filled_at: InstantText | null;
  canceled_at: InstantText | null;
  expired_at: InstantText | null;
  replaced_at: InstantText | null;
}

export interface NewOrder {
  symbol: string;
  side: OrderSide;
  type: OrderType;
  time_in_force: TimeInForce;
  client_order_id: string;
  qty?: DecimalText;
  notional?: DecimalText;
  limit_price?: DecimalText;
  stop_price?: DecimalText;
  trail_price?: DecimalText;
  trail_percent?: DecimalText;
  extended_hours?: boolean;
  order_class?: "bracket" | "oto" | "oco";
  take_profit?: { limit_price: DecimalText };
  stop_loss?: { stop_price: DecimalText; limit_price?: DecimalText };
}

export interface OrderChange {
  qty?: DecimalText;
  limit_price?: DecimalText;
  stop_price?: DecimalText;
  trail?: DecimalText;
}

export interface Asset {
  id: string;
  class: string;
  symbol: string;
  name: string | null;
  exchange: string;
  status: string;
  tradable: boolean;
  fractionable: boolean;
  min_order_size: DecimalText;
  price_increment: DecimalText;
}

/** What the account received and was charged since it was opened; fees may be below zero. */
export interface Income {
  /** Dividends and interest. */
  total: DecimalText;
  dividends: DecimalText;
  interest: DecimalText;
  fees: DecimalText;
  positions: { symbol: string; dividends: DecimalText; fees: DecimalText }[];
}

/** How an instrument stands; `cause` and `since` are of the newest halt or resumption. */
export interface TradingStatus {
  symbol: string;
  is_halted: boolean;
  since: InstantText | null;
  cause: "bands" | "market" | "operator" | null;
  reason: string;
  resumes_at: InstantText | null;
}

export interface Clock {
  timestamp: InstantText;
  is_open: boolean;
  next_open: InstantText;
  next_close: InstantText;
  extended_phase?: "pre_market" | "after_hours" | null;
}

/** Market data are JSON numbers whose shortest text is the exact decimal. */
export interface Bar {
  t: InstantText;
  o: number;
  h: number;
  l: number;
  c: number;
  v: number;
}

export interface Quote {
  t: InstantText;
  bp: number;
  bs: number;
  ap: number;
  as: number;
}

export interface Trade {
  t: InstantText;
  p: number;
  s: number;
}

export interface Snapshot {
  latestTrade?: Trade | null;
  latestQuote?: Quote | null;
  minuteBar?: Bar | null;
  dailyBar?: Bar | null;
  prevDailyBar?: Bar | null;
}

export interface PortfolioHistory {
  timestamp: number[];
  equity: (number | null)[];
  profit_loss: (number | null)[];
  base_value?: number | null;
}

export interface TradeUpdate {
  event: string;
  order: Order;
  price?: DecimalText | null;
  qty?: DecimalText | null;
  position_qty?: DecimalText | null;
  execution_id?: string | null;
  timestamp: InstantText;
}
