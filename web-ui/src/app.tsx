import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useState } from "react";
import { setCaller, toSentence } from "./api/http";
import { restoreSession, signOut } from "./api/session";
import type { BrokerageAccount, Session } from "./api/types";
import { SignIn } from "./features/shell/sign-in";
import { Terminal } from "./features/shell/terminal";
import { marketStore } from "./stream/market-store";
import { Button } from "./ui/controls";
import { Mark } from "./ui/icons";
import { recall, remember } from "./ui/storage";

const SESSION = ["session"];

/** Decide what to show: the sign-in page, or the terminal of a chosen account. */
export function App() {
  const client = useQueryClient();
  const [notice, setNotice] = useState<string | null>(null);
  const [accountId, setAccountId] = useState<string | null>(() => recall("account"));
  const session = useQuery({
    queryKey: SESSION,
    queryFn: ({ signal }) => restoreSession(signal),
    staleTime: Number.POSITIVE_INFINITY,
    retry: 2,
  });

  const forget = useCallback(() => {
    setCaller({ csrfToken: null, accountId: null });
    client.removeQueries({ predicate: (query) => query.queryKey[0] !== SESSION[0] });
    client.setQueryData<Session | null>(SESSION, null);
    marketStore.clear();
  }, [client]);

  useEffect(() => {
    setCaller({
      onSignedOut: () => {
        setNotice("Your session has ended. Sign in again.");
        forget();
      },
    });
  }, [forget]);

  if (session.isPending) return <Splash />;
  if (session.isError) {
    return <Splash sentence={toSentence(session.error)} onRetry={() => void session.refetch()} />;
  }
  const signedIn = session.data;
  const account = signedIn && choose(signedIn.accounts, accountId);
  if (!signedIn) {
    return (
      <SignIn
        notice={notice}
        onSignedIn={(opened) => {
          setNotice(null);
          client.setQueryData(SESSION, opened);
        }}
      />
    );
  }
  if (!account) return <Splash sentence="This user has no account to trade with." />;

  setCaller({ csrfToken: signedIn.csrf_token, accountId: account.account_id });
  return (
    <Terminal
      key={account.account_id}
      session={signedIn}
      account={account}
      onChooseAccount={(chosen) => {
        remember("account", chosen);
        client.removeQueries({ predicate: (query) => query.queryKey[0] !== SESSION[0] });
        marketStore.clear();
        setAccountId(chosen);
      }}
      onSignOut={() => {
        setNotice(null);
        // A session that the server could not be told to end still expires there.
        void signOut()
          .catch(() => undefined)
          .finally(forget);
      }}
    />
  );
}

function choose(
  accounts: readonly BrokerageAccount[],
  accountId: string | null,
): BrokerageAccount | undefined {
  return accounts.find((account) => account.account_id === accountId) ?? accounts[0];
}

function Splash({ sentence, onRetry }: { sentence?: string; onRetry?: () => void }) {
  return (
    <main className="splash" aria-busy={sentence === undefined}>
      <Mark />
      {sentence ? <p role="alert">{sentence}</p> : <p className="visually-hidden">Loading</p>}
      {onRetry ? <Button onClick={onRetry}>Try again</Button> : null}
    </main>
  );
}
