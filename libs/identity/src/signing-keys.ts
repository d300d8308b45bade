import {
  calculateJwkThumbprint,
  exportJWK,
  generateKeyPair,
  importJWK,
  type CryptoKey,
  type JSONWebKeySet,
  type JWK,
} from 'jose';
import { MusterError } from '@muster/contracts';
import type { Clock } from '@muster/platform';
import { DuplicateKey, type Collection, type DocumentStore, type StoredDocument } from '@muster/store';
import { importPublicKey, type KeySource } from './key-sources.js';
import type { Sealing } from './sealing.js';

export interface SigningKeySettings {
  /** A key signs so long; then the next one takes over. */
  rotateEveryMs: number;
  /** The next key is published so long before it signs: longer than verifiers keep a key set. */
  publishAheadMs: number;
  /** A key stays published so long after its successor began: longer than any token lives. */
  keepAfterMs: number;
}

const hourMs = 3_600_000;
export const defaultSigningKeySettings: SigningKeySettings = {
  rotateEveryMs: 30 * 24 * hourMs,
  publishAheadMs: 2 * hourMs,
  keepAfterMs: 4 * hourMs,
};

interface SigningKeyDocument extends StoredDocument {
  /** Counts the keys of the installation, from 1; the `_id` is made of it, so that two replicas never make the same one. */
  generation: number;
  keyId: string;
  publicKey: JWK;
  sealedPrivateKey: string;
  signsFromMs: number;
}

interface LoadedKey {
  document: SigningKeyDocument;
  publicKey: CryptoKey;
  privateKey: CryptoKey;
}

/** The key that signs new tokens. */
export interface Signer {
  current(): { keyId: string; privateKey: CryptoKey };
}

/**
 * The Ed25519 keys of the installation. The database keeps them, the private half sealed; every replica of auth has the same
 * ones in memory. The next key is published long before it signs, so that no verifier meets an unknown one.
 */
export class SigningKeys implements KeySource, Signer {
  private readonly collection: Collection<SigningKeyDocument>;
  private readonly settings: SigningKeySettings;
  private loaded: LoadedKey[] = [];

  constructor(
    store: DocumentStore,
    private readonly sealing: Sealing,
    private readonly clock: Clock,
    settings: Partial<SigningKeySettings> = {},
  ) {
    this.settings = { ...defaultSigningKeySettings, ...settings };
    this.collection = store.collection({
      name: 'signing-keys',
      indexes: [{ name: 'generation', fields: ['generation'], unique: true }],
    });
  }

  /** Loads the keys, makes the first or next one when it is due, removes what no token can need. To be repeated every minute. */
  async refresh(): Promise<void> {
    let documents = await this.read();
    if (this.nextIsDue(documents)) {
      await this.makeNext(documents);
      documents = await this.read();
    }
    const ended = documents.filter((_, index) => this.hasEnded(documents[index + 1]));
    for (const { _id } of ended) await this.collection.remove(_id);
    const live = documents.filter((document) => !ended.includes(document));
    this.loaded = await Promise.all(live.map((document) => this.load(document)));
  }

  /** Throws `not-ready` before the first successful `refresh`. */
  current(): { keyId: string; privateKey: CryptoKey } {
    const nowMs = this.clock.nowMs();
    const key = this.loaded.findLast(({ document }) => document.signsFromMs <= nowMs) ?? this.loaded[0];
    if (key === undefined) throw new MusterError('not-ready', 'no signing key is loaded yet', { retryAfterMs: 1000 });
    return { keyId: key.document.keyId, privateKey: key.privateKey };
  }

  publicKeySet(): JSONWebKeySet {
    return { keys: this.loaded.map(({ document }) => document.publicKey) };
  }

  async find(keyId: string): Promise<CryptoKey | undefined> {
    return this.loaded.find(({ document }) => document.keyId === keyId)?.publicKey;
  }

  private async read(): Promise<SigningKeyDocument[]> {
    const { items } = await this.collection.find({
      sort: [{ field: 'generation', direction: 'ascending' }],
      limit: 100,
    });
    return items;
  }

  private nextIsDue(documents: SigningKeyDocument[]): boolean {
    const newest = documents.at(-1);
    if (newest === undefined) return true;
    const { rotateEveryMs, publishAheadMs } = this.settings;
    return this.clock.nowMs() >= newest.signsFromMs + rotateEveryMs - publishAheadMs;
  }

  private async makeNext(documents: SigningKeyDocument[]): Promise<void> {
    const newest = documents.at(-1);
    const nowMs = this.clock.nowMs();
    const signsFromMs = newest === undefined ? nowMs : nowMs + this.settings.publishAheadMs;
    const next = await this.newKey((newest?.generation ?? 0) + 1, signsFromMs);
    try {
      await this.collection.insert(next);
    } catch (error) {
      // Another replica made it first: its key is as good.
      if (!(error instanceof DuplicateKey)) throw error;
    }
  }

  private async newKey(generation: number, signsFromMs: number): Promise<Omit<SigningKeyDocument, 'rev'>> {
    const pair = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
    const publicKey = await exportJWK(pair.publicKey);
    const keyId = await calculateJwkThumbprint(publicKey);
    const privateKey = JSON.stringify(await exportJWK(pair.privateKey));
    return {
      _id: `key-${generation}`,
      version: 1,
      generation,
      keyId,
      publicKey: { ...publicKey, kid: keyId, alg: 'EdDSA', use: 'sig' },
      sealedPrivateKey: this.sealing.seal(privateKey, `signing-key ${keyId}`),
      signsFromMs,
    };
  }

  private hasEnded(successor: SigningKeyDocument | undefined): boolean {
    return successor !== undefined && this.clock.nowMs() >= successor.signsFromMs + this.settings.keepAfterMs;
  }

  private async load(document: SigningKeyDocument): Promise<LoadedKey> {
    const known = this.loaded.find((key) => key.document.keyId === document.keyId);
    if (known !== undefined) return known;
    const secret = this.sealing.open(document.sealedPrivateKey, `signing-key ${document.keyId}`);
    const privateKey = (await importJWK(JSON.parse(secret) as JWK, 'EdDSA')) as CryptoKey;
    return { document, privateKey, publicKey: await importPublicKey(document.publicKey) };
  }
}
