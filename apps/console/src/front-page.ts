import { version } from '@muster/platform';

export interface FrontPageFacts {
  publicUrl: string;
  /** Swagger UI is served. */
  hasDocs: boolean;
}

const docs = `<li><a href="/docs">API documentation<small>Try every route in the browser: log in with POST /v1/auth/login, then press Authorize</small></a></li>
`;

/** One page without scripts: where to go, and the first session from a terminal. */
export function frontPage({ publicUrl, hasDocs }: FrontPageFacts): string {
  const url = publicUrl.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Muster</title>
<style>
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 42rem; margin: 12vh auto 0; padding: 0 1.5rem; }
h1 { font-size: 2.5rem; margin: 0; letter-spacing: -.02em; }
p.lead { font-size: 1.15rem; opacity: .8; margin-top: .25rem; }
ul { list-style: none; padding: 0; display: grid; gap: .75rem; }
li a { display: block; padding: .9rem 1.1rem; border: 1px solid color-mix(in srgb, currentColor 25%, transparent); border-radius: .6rem; text-decoration: none; color: inherit; }
li a:hover, li a:focus-visible { border-color: currentColor; }
li small { display: block; opacity: .7; }
h2 { font-size: 1.15rem; margin: 2rem 0 0; }
pre { overflow-x: auto; padding: .9rem 1.1rem; border-radius: .6rem; background: color-mix(in srgb, currentColor 8%, transparent); font-size: .85rem; }
footer { margin-top: 2rem; opacity: .6; font-size: .9rem; }
</style>
</head>
<body>
<main>
<h1>Muster</h1>
<p class="lead">The control plane for interactive applications made of many services.</p>
<ul>
${hasDocs ? docs : ''}<li><a href="/docs-json">OpenAPI document<small>For client generators</small></a></li>
<li><a href="/health/ready">Health<small>What is ready, and what is not</small></a></li>
</ul>
<h2>First session, in a terminal</h2>
<p>The first start made the user <code>admin</code>, with the password that was chosen by MUSTER_ADMIN_PASSWORD, or printed, or put into the file <code>admin-password</code> of the data folder.</p>
<pre>URL=${url}
curl -s $URL/v1/auth/login \\
  -H 'content-type: application/json' -d '{"username":"admin","password":"..."}'
TOKEN=...   # the accessToken of that answer
curl -s $URL/v1/session-types -H "authorization: Bearer $TOKEN"
curl -s $URL/v1/sessions -H "authorization: Bearer $TOKEN" \\
  -H 'content-type: application/json' -d '{"type":"field-lab"}'
curl -sN $URL/v1/sessions/&lt;its id&gt;/events \\
  -H "authorization: Bearer $TOKEN"</pre>
</main>
<footer>Version ${version}</footer>
</body>
</html>
`;
}
