/** What a login gave; kept by the browser for all tabs of this installation. */
export interface Login {
  accessToken: string;
  refreshToken: string;
}

const key = 'muster.login';

/**
 * The login that all tabs of one browser share. A refresh token may be used once only, so they take turns in renewing it.
 * `locks` is missing where the page came over plain HTTP from another computer: browsers offer it in secure contexts only.
 */
export class LoginStore {
  readonly #listeners = new Set<() => void>();

  constructor(
    private readonly storage: Storage,
    private readonly locks: LockManager | undefined,
  ) {
    addEventListener('storage', (event) => {
      if (event.key === key || event.key === null) this.#tell();
    });
  }

  current(): Login | undefined {
    const text = this.storage.getItem(key);
    return text === null ? undefined : (JSON.parse(text) as Login);
  }

  keep({ accessToken, refreshToken }: Login): void {
    this.storage.setItem(key, JSON.stringify({ accessToken, refreshToken }));
    this.#tell();
  }

  forget(): void {
    this.storage.removeItem(key);
    this.#tell();
  }

  /** The answer removes the listener. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** One tab after the other. */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    return this.locks === undefined ? work() : this.locks.request(key, work);
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
