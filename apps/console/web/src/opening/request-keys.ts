const bits = 128;

/** Idempotency keys: the same one as long as the same thing is asked for, so that asking again never makes two sessions. */
export class RequestKeys {
  private last: { request: string; key: string } | undefined;

  of(request: object): string {
    const text = JSON.stringify(request);
    if (this.last?.request !== text) this.last = { request: text, key: randomKey() };
    return this.last.key;
  }
}

/** `crypto.randomUUID` is missing where the page came over plain HTTP from another computer. */
function randomKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(bits / 8));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
