import { execFile } from 'node:child_process';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

/** Certificates of an authority of the test's own, named in a folder as the Docker client names them. */
export class Authority {
  private constructor(private readonly folder: string) {}

  static async make(folder: string): Promise<Authority> {
    await mkdir(folder);
    const [key, certificate] = [join(folder, 'authority.key'), join(folder, 'ca.pem')];
    await openssl(
      'req',
      '-x509',
      ...newKey,
      '-keyout',
      key,
      '-out',
      certificate,
      '-subj',
      '/CN=authority',
      '-days',
      '2',
    );
    return new Authority(folder);
  }

  /** Fills a folder with `ca.pem`, `cert.pem` and `key.pem`, valid for this address, which anybody here may read. */
  async issue(folder: string, address: string): Promise<void> {
    await mkdir(folder);
    const file = (each: string): string => join(folder, each);
    const authority = join(this.folder, 'ca.pem');
    await openssl('req', ...newKey, '-keyout', file('key.pem'), '-out', file('request'), '-subj', '/CN=muster');
    await writeFile(file('extensions'), `subjectAltName=IP:${address}\n`);
    const signing = ['-CA', authority, '-CAkey', join(this.folder, 'authority.key'), '-CAcreateserial', '-days', '2'];
    const files = ['-in', file('request'), '-extfile', file('extensions'), '-out', file('cert.pem')];
    await openssl('x509', '-req', ...signing, ...files);
    await openssl('x509', '-in', authority, '-out', file('ca.pem'));
    await chmod(file('key.pem'), 0o644);
  }
}

async function openssl(...words: string[]): Promise<void> {
  await run('openssl', words);
}
