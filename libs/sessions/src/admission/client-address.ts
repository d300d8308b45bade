/** Where a client opens its WebSocket with this ticket. */
export function connectUrlOf(publicUrl: string, ticket: string): string {
  const base = publicUrl.replace(/^http/, 'ws').replace(/\/+$/, '');
  return `${base}/v1/connect?ticket=${encodeURIComponent(ticket)}`;
}
