import { type FormEvent, useState } from "react";
import { ApiError, toSentence } from "../../api/http";
import { signIn } from "../../api/session";
import type { Session } from "../../api/types";
import { Button, Field } from "../../ui/controls";
import { Mark, WarningIcon } from "../../ui/icons";
import { NewVersion } from "./new-version";

interface SignInProps {
  /** Why the page shows, when that is not plain: a session that ended. */
  notice: string | null;
  onSignedIn: (session: Session) => void;
}

export function SignIn({ notice, onSignedIn }: SignInProps) {
  const [username, setUsername] = useState("");
  const [password, setPassword] = useState("");
  const [failure, setFailure] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (busy) return;
    if (username.trim() === "" || password === "") {
      setFailure("Enter your user name and your password.");
      return;
    }
    setBusy(true);
    setFailure(null);
    try {
      onSignedIn(await signIn(username.trim(), password));
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) setPassword("");
      setFailure(toSentence(error));
    } finally {
      setBusy(false);
    }
  }

  return (
    <main className="sign-in">
      <NewVersion />
      <div className="sign-in-card">
        <div className="sign-in-brand">
          <Mark />
          <h1>Tradewind</h1>
        </div>
        <form onSubmit={submit} aria-label="Sign in" noValidate>
          {notice && !failure ? <p className="note">{notice}</p> : null}
          <Field
            label="User name"
            value={username}
            onChange={setUsername}
            autoComplete="username"
            autoFocus
          />
          <Field
            label="Password"
            type="password"
            value={password}
            onChange={setPassword}
            autoComplete="current-password"
          />
          {failure ? (
            <p className="note note-error" role="alert">
              <WarningIcon />
              {failure}
            </p>
          ) : null}
          <Button type="submit" look="primary" size="large" disabled={busy}>
            {busy ? "Signing in…" : "Sign in"}
          </Button>
        </form>
        <p className="sign-in-help">
          The first password was printed where Tradewind started for the first time.
        </p>
      </div>
    </main>
  );
}
