import type { MusterError } from '@muster/client';
import { useEffect, useState } from 'preact/hooks';
import { LoginPage } from './account/login-page.js';
import { Installation } from './installation/installation.js';
import type { LoginStore } from './installation/login-store.js';
import { InstallationContext } from './installation/use-installation.js';
import { problemOf } from './installation/use-polled.js';
import { ProblemNotice } from './parts/problem-notice.js';
import { Shell } from './shell.js';

/** The login, and behind it the installation. */
export function App({ logins }: { logins: LoginStore }) {
  const [isLoggedIn, setLoggedIn] = useState(logins.current() !== undefined);
  useEffect(() => logins.onChange(() => setLoggedIn(logins.current() !== undefined)), [logins]);
  return isLoggedIn ? <Opened logins={logins} /> : <LoginPage logins={logins} />;
}

function Opened({ logins }: { logins: LoginStore }) {
  const [installation, setInstallation] = useState<Installation>();
  const [problem, setProblem] = useState<MusterError>();
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    setProblem(undefined);
    Installation.open(logins).then(setInstallation, (error: unknown) => setProblem(problemOf(error)));
  }, [logins, attempt]);
  if (installation !== undefined)
    return (
      <InstallationContext.Provider value={installation}>
        <Shell />
      </InstallationContext.Provider>
    );
  if (problem === undefined) return <p class="waiting">Loading …</p>;
  return (
    <main class="narrow">
      <ProblemNotice problem={problem} />
      <p class="actions">
        <button onClick={() => setAttempt(attempt + 1)}>Try again</button>
        <button onClick={() => logins.forget()}>Log out</button>
      </p>
    </main>
  );
}
