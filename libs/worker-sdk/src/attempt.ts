/** Calls an author's handler; what it throws or rejects with becomes a rejection. */
export async function attempt(handler: () => unknown): Promise<unknown> {
  return handler();
}
