import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { useInstallation } from './installation/use-installation.js';
import { OpeningPage } from './opening/opening-page.js';
import { OverviewPage } from './overview/overview-page.js';
import { hrefOf, type Route, useRoute } from './route.js';
import { SessionPage } from './session/session-page.js';

interface Page {
  title: string;
  content: ComponentChildren;
}

/** What a logged-in user sees: where one can go, and the page of the address. */
export function Shell() {
  const route = useRoute();
  const { title, content } = pageOf(route);
  const main = useRef<HTMLElement>(null);
  const address = route.join('/');
  const isFirst = useRef(true);
  useEffect(() => {
    document.title = `${title} – Muster`;
    // A screen reader goes on at the new page, as after a click on an ordinary link.
    if (!isFirst.current) main.current?.focus();
    isFirst.current = false;
  }, [address, title]);
  return (
    <>
      <a class="skip" href="#main" onClick={(event) => (event.preventDefault(), main.current?.focus())}>
        Skip to the content
      </a>
      <Header route={route} />
      <main id="main" ref={main} tabIndex={-1} key={address}>
        {content}
      </main>
    </>
  );
}

function pageOf([section, name]: Route): Page {
  if (section === undefined) return { title: 'Overview', content: <OverviewPage /> };
  if (section === 'open') return { title: 'Open a session', content: <OpeningPage type={name} /> };
  if (section === 'sessions' && name !== undefined)
    return { title: `Session ${name}`, content: <SessionPage id={name} key={name} /> };
  return { title: 'Not found', content: <NotFound /> };
}

function NotFound() {
  return (
    <section class="card">
      <h1>Nothing is here</h1>
      <p>
        <a href={hrefOf()}>Go to the overview</a>
      </p>
    </section>
  );
}

function Header({ route }: { route: Route }) {
  const installation = useInstallation();
  const current = (is: boolean) => (is ? ({ 'aria-current': 'page' } as const) : {});
  return (
    <header class="top">
      <a class="brand" href={hrefOf()}>
        Muster
      </a>
      <nav aria-label="Pages">
        <a href={hrefOf()} {...current(route.length === 0)}>
          Overview
        </a>
        <a href={hrefOf('open')} {...current(route[0] === 'open')}>
          Open a session
        </a>
        <a href="/docs">API</a>
      </nav>
      <span class="user">
        {installation.user.username}
        <button onClick={() => void installation.logout()}>Log out</button>
      </span>
    </header>
  );
}
