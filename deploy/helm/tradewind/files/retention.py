"""Move records older than some days out of the journal: KEEP_DAYS FOLDER."""

import os
import sys
from datetime import UTC, datetime, timedelta

keep_days, folder = sys.argv[1:]
before = datetime.now(UTC) - timedelta(days=int(keep_days))
arguments = ["journal", "archive", "--before", f"{before:%Y-%m-%d}", "--to", folder, "--drop"]
os.execvp("tradewind", ["tradewind", *arguments])  # noqa: S606, S607 - as the image finds it
