import { useEffect, useState } from 'preact/hooks';

/** Where in the page: `#/sessions/ses_x` is `['sessions', 'ses_x']`. */
export type Route = readonly string[];

export function hrefOf(...route: Route): string {
  return `#/${route.map(encodeURIComponent).join('/')}`;
}

export function routeOf(hash: string): Route {
  return hash
    .replace(/^#?\/?/, '')
    .split('/')
    .filter((part) => part !== '')
    .map(decoded);
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export function goTo(...route: Route): void {
  location.hash = hrefOf(...route);
}

export function useRoute(): Route {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const onChange = (): void => setHash(location.hash);
    addEventListener('hashchange', onChange);
    return () => removeEventListener('hashchange', onChange);
  }, []);
  return routeOf(hash);
}
