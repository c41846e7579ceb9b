"""The charts under test, as `deploy/helm/charts-test` has put them together."""

import os

# That script has helm and the charts; without them there is nothing to try here.
collect_ignore_glob = [] if "TRADEWIND_KUBERNETES_TOOLS" in os.environ else ["test_*.py"]
