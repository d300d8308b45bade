/** Loads what is otherwise loaded when it is first needed: for a process that is to become a worker later, and then at once. */
export async function warmUp(): Promise<void> {
  await import('ws');
}
