/** Names under which people open a service on their own computer; a policy cannot name an IPv6 address. */
const loopbackNames = ['localhost', '127.0.0.1'];

/**
 * The Content-Security-Policy of the page: scripts, styles and pictures of its own files only, no markup made from text, and
 * connections to this installation only. The WebSocket is named, because its address is the public one, which may be another
 * name than that of the page.
 */
export function pagePolicy(publicUrl: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' blob:",
    ["connect-src 'self'", ...socketOrigins(publicUrl)].join(' '),
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ');
}

function socketOrigins(publicUrl: string): string[] {
  const { protocol, hostname, port } = new URL(publicUrl);
  const isLoopback = hostname === '[::1]' || loopbackNames.includes(hostname);
  const names = isLoopback ? loopbackNames : [hostname].filter((name) => !name.startsWith('['));
  const scheme = protocol === 'https:' ? 'wss:' : 'ws:';
  return names.map((name) => `${scheme}//${name}${port === '' ? '' : `:${port}`}`);
}
