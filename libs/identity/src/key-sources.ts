import { importJWK, type CryptoKey, type JSONWebKeySet, type JWK } from 'jose';
import { MusterError } from '@muster/contracts';
import type { Clock } from '@muster/platform';

/** Where a verifier finds public keys. */
export interface KeySource {
  /** Undefined = there is no such key. Throws `upstream-unavailable` when that cannot be known. */
  find(keyId: string): Promise<CryptoKey | undefined>;
}

export interface RemoteKeysSettings {
  /** A key set older than this is read again, beside the use of it. */
  maxAgeMs: number;
  /** Between two attempts to read it, whatever unknown keys are asked for. */
  minPauseMs: number;
  /** A key set that could not be read again for so long is not used any more. */
  maxStaleMs: number;
}

export const defaultRemoteKeys: RemoteKeysSettings = { maxAgeMs: 300_000, minPauseMs: 5000, maxStaleMs: 3_600_000 };

/** Throws TypeError unless the key is one for Ed25519 signatures. */
export async function importPublicKey(jwk: JWK): Promise<CryptoKey> {
  if (jwk.kty !== 'OKP' || jwk.crv !== 'Ed25519' || jwk.d !== undefined)
    throw new TypeError('not a public Ed25519 key');
  return (await importJWK(jwk, 'EdDSA')) as CryptoKey;
}

/** The key set of auth, kept in memory. */
export class RemoteKeys implements KeySource {
  private readonly settings: RemoteKeysSettings;
  private keys = new Map<string, CryptoKey>();
  private readAtMs = -Infinity;
  private triedAtMs = -Infinity;
  private reading: Promise<void> | undefined;

  constructor(
    private readonly readKeySet: () => Promise<JSONWebKeySet>,
    private readonly clock: Clock,
    settings: Partial<RemoteKeysSettings> = {},
  ) {
    this.settings = { ...defaultRemoteKeys, ...settings };
  }

  async find(keyId: string): Promise<CryptoKey | undefined> {
    const ageMs = this.clock.monotonicMs() - this.readAtMs;
    if (ageMs > this.settings.maxStaleMs) this.keys.clear();
    const known = this.keys.get(keyId);
    if (known === undefined) await this.readAgain();
    else if (ageMs > this.settings.maxAgeMs) void this.readAgain();
    const found = known ?? this.keys.get(keyId);
    if (found === undefined && this.keys.size === 0) {
      throw new MusterError('upstream-unavailable', 'the keys of auth cannot be read', { retryAfterMs: 1000 });
    }
    return found;
  }

  /** Never rejects: what is kept stays in use until it is too old. */
  private readAgain(): Promise<void> {
    this.reading ??= this.readNow().finally(() => (this.reading = undefined));
    return this.reading;
  }

  private async readNow(): Promise<void> {
    const nowMs = this.clock.monotonicMs();
    if (nowMs - this.triedAtMs < this.settings.minPauseMs) return;
    this.triedAtMs = nowMs;
    try {
      const { keys } = await this.readKeySet();
      const entries = await Promise.all(keys.map(async (jwk) => [jwk.kid ?? '', await importPublicKey(jwk)] as const));
      this.keys = new Map(entries.slice(0, 100));
      this.readAtMs = this.clock.monotonicMs();
    } catch {
      // Unreachable or not a key set: tried again at the next use, not sooner than minPauseMs.
    }
  }
}
