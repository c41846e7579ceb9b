# What the scripts have in common; sourced by them, run by nobody.
# shellcheck shell=bash
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
script=$(basename "$0")

usage() { sed -n '2,/^[^#]/{/^# shellcheck/d; s/^# \{0,1\}//p}' "scripts/$script"; }
refuse() { echo "$script: $1" >&2; exit 2; }
need() { [ -n "${!1:-}" ] || refuse "$1 is not set; $2."; }
have() { [ -n "$dry_run" ] || command -v "$1" >/dev/null || refuse "$1 is not installed."; }

# Run a command; in a dry run only print it.
run() {
  if [ -n "$dry_run" ]; then printf '+ %s\n' "$*"; else "$@"; fi
}

dry_run=${DRY_RUN:-}

# Take --dry-run and --help; what is left goes into `arguments`.
arguments=()
for argument in "$@"; do
  case "$argument" in
    --dry-run) dry_run=1 ;;
    --help) usage; exit ;;
    *) arguments+=("$argument") ;;
  esac
done

# Refuse whatever is left, in a script that knows no other argument.
take_nothing() { [ ${#arguments[@]} -eq 0 ] || refuse "'${arguments[0]}' is not known; see --help."; }
