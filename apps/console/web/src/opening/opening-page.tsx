export function OpeningPage({ type }: { type: string | undefined }) {
  return <h1>Open a session {type}</h1>;
}
