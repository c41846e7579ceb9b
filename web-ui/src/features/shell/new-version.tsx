import { useEffect, useSyncExternalStore } from "react";
import { Button, IconButton } from "../../ui/controls";
import { CloseIcon } from "../../ui/icons";
import { versionWatch } from "./version-watch";

/** Offer to load the build that has been deployed. It takes no focus: who types goes on typing. */
export function NewVersion() {
  useEffect(() => versionWatch.start(), []);
  const isNewer = useSyncExternalStore(versionWatch.subscribe, versionWatch.isNewer);
  return (
    <div role="status" aria-label="New version">
      {isNewer ? (
        <div className="new-version">
          A new version is available
          <Button size="small" look="primary" onClick={() => window.location.reload()}>
            Reload
          </Button>
          <IconButton label="Not now" onClick={() => versionWatch.dismiss()}>
            <CloseIcon />
          </IconButton>
        </div>
      ) : null}
    </div>
  );
}
