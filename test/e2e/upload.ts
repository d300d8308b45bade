import { request as httpRequest } from 'node:http';

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
