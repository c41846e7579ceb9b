#!/usr/bin/env bash
# Try the whole platform on a cluster: install it with stores of its own, `helm test`, trade with alpaca-py,
# update it and kill pods under load, scale it, uninstall it. Takes any kubeconfig and needs nothing but that
# cluster and what `make install` has made here; helm and kubectl on the PATH are used, else those of the
# charts' tests. Usage: scripts/e2e-kubernetes.sh --kubeconfig FILE --tag TAG [--registry R] …; see --help.
set -euo pipefail
# Paths on the command line are those of whoever calls, so this stays where it is.
root=$(cd "$(dirname "$0")/.." && pwd)
python=${PYTHON:-$root/.venv/bin/python}
[ -x "$python" ] || { echo "There is no $python: run make install first" >&2; exit 2; }
folder=$(mktemp -d)
child=
# Values with secrets lie in the folder. Whoever ends this script ends what it does, which then cleans up.
trap 'status=$?; [ -z "$child" ] || { kill "$child" 2>/dev/null; wait "$child" || true; }; rm -rf "$folder"; exit "$status"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

tools=$("$root/deploy/helm/tools") || tools=
if ! command -v helm >/dev/null || ! command -v kubectl >/dev/null; then
  [ -n "$tools" ] || { echo "There is neither helm nor kubectl" >&2; exit 2; }
  export PATH=$tools/bin:$PATH
fi
"$root/deploy/helm/package" >/dev/null
export PYTHONPATH=$root/src:$root${PYTHONPATH:+:$PYTHONPATH}
"$python" -m tests.kubernetes.e2e --folder "$folder" "$@" &
child=$!
wait "$child" && status=0 || status=$?
child=
exit "$status"
