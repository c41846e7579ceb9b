"""The trading core: orders, risk, matching, executions, ledger and positions."""
