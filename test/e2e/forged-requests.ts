import { request as httpRequest } from 'node:http';
import { decodeJwt, decodeProtectedHeader, generateKeyPair, SignJWT } from 'jose';

/** What another installation would sign: all as in a real token, except the key. */
export async function forgedToken(real: string): Promise<string> {
  const { privateKey } = await generateKeyPair('EdDSA');
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

/** Sends until there is an answer; 100 MB at most. */
export function upload(
  url: string,
  { token, length }: { token: string; length: number | undefined },
): Promise<{ status: number; sentBytes: number }> {
  return new Promise((resolve, reject) => {
    let sentBytes = 0;
    let answered = false;
    const headers = {
      'content-type': 'application/json',
      authorization: `Bearer ${token}`,
      ...(length === undefined ? {} : { 'content-length': length }),
    };
    const request = httpRequest(url, { method: 'POST', headers }, (response) => {
      answered = true;
      response.resume();
      resolve({ status: response.statusCode ?? 0, sentBytes });
      request.destroy();
    });
    request.on('error', (error) => !answered && reject(error));
    const chunk = Buffer.alloc(65_536, ' ');
    const more = (): void => {
      while (!answered && sentBytes < 104_857_600) {
        sentBytes += chunk.length;
        if (!request.write(chunk)) return void request.once('drain', more);
      }
    };
    more();
  });
}
