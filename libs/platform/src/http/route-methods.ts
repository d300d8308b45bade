import { MusterError } from '@muster/contracts';

/** Which methods a path takes: what to answer where no route was found. */
export class RouteMethods {
  private readonly routes: { url: string; form: RegExp; methods: readonly string[] }[] = [];

  note({ url, method }: { url: string; method: string | string[] }): void {
    const form = new RegExp(
      `^${url
        .split(/(:[^/]+|\*)/)
        .map(patternOf)
        .join('')}/?$`,
    );
    this.routes.push({ url, form, methods: [method].flat() });
  }

  /** `isOpen` says whether a route may be known here. The answer's `allow` is the header of that name. */
  refusal(
    { method, path }: { method: string; path: string },
    isOpen: (url: string) => boolean,
  ): { problem: MusterError; allow?: string } {
    const here = path.slice(0, 100);
    const found = this.routes.filter(({ url, form }) => isOpen(url) && form.test(path));
    const allow = [...new Set(found.flatMap(({ methods }) => methods))].sort().join(', ');
    if (allow === '') return { problem: new MusterError('not-found', `there is no ${here}; /docs lists all routes`) };
    return { problem: new MusterError('method-not-allowed', `${here} takes ${allow}, not ${method}`), allow };
  }
}

function patternOf(part: string): string {
  if (part === '*') return '.+';
  return part.startsWith(':') ? '[^/]+' : part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}
