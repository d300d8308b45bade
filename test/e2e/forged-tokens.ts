import { generateKeyPair, SignJWT, decodeJwt, decodeProtectedHeader } from 'jose';

/** What another installation would sign: all as in a real token, except the key. */
export async function forgedToken(real: string): Promise<string> {
  const { privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519' });
  const { kid, typ } = decodeProtectedHeader(real);
  return new SignJWT(decodeJwt(real))
    .setProtectedHeader({ alg: 'EdDSA', ...(kid === undefined ? {} : { kid }), ...(typ === undefined ? {} : { typ }) })
    .sign(privateKey);
}

/** The same token with a later end: its signature does not fit any more. */
export function changed(real: string): string {
  const [header, , signature] = real.split('.');
  const claims = Buffer.from(JSON.stringify({ ...decodeJwt(real), exp: 4_000_000_000 })).toString('base64url');
  return `${header}.${claims}.${signature}`;
}
