const factors: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/** A quantity as Kubernetes writes it (`250m`, `1.5`, `64Gi`, `1e3`), in whole units; absent or no quantity at all: 0. */
export function amountOf(quantity: string | undefined): number {
  const [, digits, suffix = ''] = /^([+-]?[\d.]+(?:[eE][+-]?\d+)?)([a-zA-Z]{0,2})$/.exec(quantity ?? '') ?? [];
  const amount = Number(digits) * (factors[suffix] ?? NaN);
  return Number.isFinite(amount) ? amount : 0;
}

/** What is asked for is rounded up, as the cluster does; binary fractions are no reason for one more. */
export function roundedUp(amount: number): number {
  return Math.ceil(Number(amount.toFixed(6)));
}

/** What is there is rounded down. */
export function roundedDown(amount: number): number {
  return Math.floor(Number(amount.toFixed(6)));
}
