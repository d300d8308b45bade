import type { MusterError } from '@muster/client';
import { useState } from 'preact/hooks';
import { logIn } from '../installation/installation.js';
import type { LoginStore } from '../installation/login-store.js';
import { problemOf } from '../installation/use-polled.js';
import { ProblemNotice } from '../parts/problem-notice.js';

export function LoginPage({ logins }: { logins: LoginStore }) {
  const [problem, setProblem] = useState<MusterError>();
  const [isBusy, setBusy] = useState(false);
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const { elements } = event.currentTarget as HTMLFormElement;
    const text = (name: string): string => (elements.namedItem(name) as HTMLInputElement).value;
    setBusy(true);
    setProblem(undefined);
    try {
      await logIn(logins, text('username'), text('password'));
    } catch (error) {
      setProblem(problemOf(error));
      setBusy(false);
    }
  };
  return (
    <main class="narrow login">
      <h1>Muster</h1>
      <p class="lead">The control plane for interactive applications made of many services.</p>
      <form class="card" onSubmit={(event) => void submit(event)}>
        <label>
          User name
          <input name="username" autocomplete="username" autocapitalize="none" required autofocus />
        </label>
        <label>
          Password
          <input name="password" type="password" autocomplete="current-password" required />
        </label>
        {problem !== undefined && <ProblemNotice problem={problem} />}
        <button class="primary" disabled={isBusy}>
          {isBusy ? 'Logging in …' : 'Log in'}
        </button>
      </form>
      <p class="hint">
        The first start made the user <code>admin</code>. Its password is that of <code>MUSTER_ADMIN_PASSWORD</code>, or
        was printed, or is in the file <code>admin-password</code> of the data folder.
      </p>
    </main>
  );
}
