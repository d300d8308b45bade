import { version } from '@muster/platform';

/** One page without scripts. */
export const frontPage = `<!doctype html>
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
footer { margin-top: 2rem; opacity: .6; font-size: .9rem; }
</style>
</head>
<body>
<main>
<h1>Muster</h1>
<p class="lead">The control plane for interactive applications made of many services.</p>
<ul>
<li><a href="/docs">API documentation<small>Try every route in the browser: log in with POST /v1/auth/login, then press Authorize</small></a></li>
<li><a href="/docs-json">OpenAPI document<small>For client generators</small></a></li>
<li><a href="/health/ready">Health<small>What is ready, and what is not</small></a></li>
</ul>
</main>
<footer>Version ${version}</footer>
</body>
</html>
`;
