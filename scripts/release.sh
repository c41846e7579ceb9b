# What the scripts of a release have in common; sourced by them, run by nobody.
# shellcheck shell=bash
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
script=$(basename "$0")

usage() { sed -n '2,/^[^#]/s/^# \{0,1\}//p' "scripts/$script"; }
refuse() { echo "$script: $1" >&2; exit 2; }
need() { [ -n "${!1:-}" ] || refuse "$1 is not set; $2."; }
have() { [ -n "$dry_run" ] || command -v "$1" >/dev/null || refuse "$1 is not installed."; }

# Run a command; in a dry run only print it.
run() {
  if [ -n "$dry_run" ]; then printf '+ %s\n' "$*"; else "$@"; fi
}

dry_run=${DRY_RUN:-}

# Take --dry-run and --help; what is left goes into `arguments`, which the script has made empty.
for argument in "$@"; do
  case "$argument" in
    --dry-run) dry_run=1 ;;
    --help) usage; exit ;;
    *) arguments+=("$argument") ;;
  esac
done

# Sign in at REGISTRY where it is Amazon's; another one has to be signed in at before.
# Usage: sign_in COMMAND..., which takes the password on its standard input.
sign_in() {
  local region
  region=$(sed -n 's/^[0-9]\{12\}\.dkr\.ecr\.\([a-z0-9-]*\)\..*$/\1/p' <<<"$REGISTRY")
  [ -n "$region" ] || return 0
  have aws
  if [ -n "$dry_run" ]; then
    printf '+ aws ecr get-login-password --region %s | %s\n' "$region" "$*"
  else
    aws ecr get-login-password --region "$region" | "$@"
  fi
}
