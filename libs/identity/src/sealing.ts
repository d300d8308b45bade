import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';

const keyBytes = 32;
const ivBytes = 12;
const tagBytes = 16;

/** The key of this installation cannot be used, or what was sealed was made with another one or was changed. */
export class SealingError extends Error {
  override readonly name = 'SealingError';
  constructor(readonly code: 'invalid-key' | 'cannot-open') {
    super(
      code === 'invalid-key'
        ? `the installation key must be ${keyBytes} bytes as base64url text`
        : 'a stored secret cannot be opened: it was sealed with another installation key, or it was changed',
    );
  }
}

/**
 * What the key of one installation does: seals small secrets for the database (AES-256-GCM) and makes codes that only this
 * installation can make. Each purpose has a key of its own, derived by HKDF.
 */
export class Sealing {
  private readonly key: Buffer;
  private readonly derived = new Map<string, Buffer>();

  /** `installationKey`: 32 bytes as base64url text. Throws SealingError `invalid-key`. */
  constructor(installationKey: string) {
    this.key = Buffer.from(installationKey.trim(), 'base64url');
    if (this.key.length !== keyBytes) throw new SealingError('invalid-key');
  }

  /** `context` names what this is and where it stands; it must be the same when it is opened. */
  seal(secret: string, context: string): string {
    const iv = randomBytes(ivBytes);
    const cipher = createCipheriv('aes-256-gcm', this.keyFor('seal'), iv);
    cipher.setAAD(Buffer.from(context));
    const sealed = Buffer.concat([iv, cipher.update(secret, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    return `v1.${sealed.toString('base64url')}`;
  }

  /** Throws SealingError `cannot-open`. */
  open(sealed: string, context: string): string {
    const bytes = Buffer.from(sealed.slice(3), 'base64url');
    if (!sealed.startsWith('v1.') || bytes.length < ivBytes + tagBytes) throw new SealingError('cannot-open');
    const decipher = createDecipheriv('aes-256-gcm', this.keyFor('seal'), bytes.subarray(0, ivBytes), {
      authTagLength: tagBytes,
    });
    decipher.setAAD(Buffer.from(context));
    decipher.setAuthTag(bytes.subarray(-tagBytes));
    try {
      return Buffer.concat([decipher.update(bytes.subarray(ivBytes, -tagBytes)), decipher.final()]).toString('utf8');
    } catch {
      throw new SealingError('cannot-open');
    }
  }

  /** HMAC-SHA-256 as base64url text; codes of one purpose mean nothing for another. */
  code(purpose: string, text: string): string {
    return createHmac('sha256', this.keyFor(`code:${purpose}`))
      .update(text)
      .digest('base64url');
  }

  private keyFor(purpose: string): Buffer {
    const known = this.derived.get(purpose);
    if (known !== undefined) return known;
    const made = Buffer.from(hkdfSync('sha256', this.key, 'muster', purpose, keyBytes));
    this.derived.set(purpose, made);
    return made;
  }
}
