import { createHash, randomBytes } from 'node:crypto';

/** What a registry has of one image. */
export interface SmallImage {
  readonly manifest: Buffer;
  readonly manifestType: string;
  readonly blobs: ReadonlyMap<string, Buffer>;
}

const manifestType = 'application/vnd.docker.distribution.manifest.v2+json';

export interface SmallImageOptions {
  readonly arch: string;
  /** Its program, of less than 150 bytes, exits with 42, or waits until a signal ends it. */
  readonly program?: 'exit' | 'wait';
  /** So many bytes more, which nobody needs. */
  readonly ballastBytes?: number;
}

export function smallImage({ arch, program = 'exit', ballastBytes = 0 }: SmallImageOptions): SmallImage {
  const layers = [tarOf('program', programFor(arch, program), 0o755)];
  if (ballastBytes > 0) layers.push(tarOf('ballast', randomBytes(ballastBytes), 0o644));
  const config = Buffer.from(
    JSON.stringify({
      architecture: arch,
      os: 'linux',
      config: { Entrypoint: ['/program'], Labels: { unique: randomBytes(8).toString('hex') } },
      rootfs: { type: 'layers', diff_ids: layers.map(digestOf) },
      history: layers.map(() => ({ created_by: 'a test' })),
    }),
  );
  const descriptor = (mediaType: string, bytes: Buffer): object => ({
    mediaType,
    size: bytes.length,
    digest: digestOf(bytes),
  });
  const manifest = {
    schemaVersion: 2,
    mediaType: manifestType,
    config: descriptor('application/vnd.docker.container.image.v1+json', config),
    layers: layers.map((layer) => descriptor('application/vnd.docker.image.rootfs.diff.tar', layer)),
  };
  return {
    manifest: Buffer.from(JSON.stringify(manifest)),
    manifestType,
    blobs: new Map([config, ...layers].map((blob) => [digestOf(blob), blob])),
  };
}

export function digestOf(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** `exit(42)`, and `pause()` (where there is none, `ppoll(0, 0, 0, 0)`) for ever. */
const machineCode = {
  amd64: { exit: 'bf2a000000b83c0000000f05', wait: 'b8220000000f05ebf7' },
  arm64: {
    exit: '400580d2a80b80d2010000d4',
    wait: '000080d2010080d2020080d2030080d2280980d2010000d4faffff17',
  },
};

/** An ELF file of a header, one segment and that code. */
function programFor(arch: string, program: 'exit' | 'wait'): Buffer {
  const isArm = arch === 'arm64';
  const code = machineCode[isArm ? 'arm64' : 'amd64'][program];
  const size = 120 + code.length / 2;
  const header = Buffer.alloc(120);
  header.write('7f454c46020101', 0, 'hex');
  header.writeUInt16LE(2, 16);
  header.writeUInt16LE(isArm ? 183 : 62, 18);
  header.writeUInt32LE(1, 20);
  header.writeBigUInt64LE(0x400078n, 24);
  header.writeBigUInt64LE(64n, 32);
  header.writeUInt16LE(64, 52);
  header.writeUInt16LE(56, 54);
  header.writeUInt16LE(1, 56);
  header.writeUInt32LE(1, 64);
  header.writeUInt32LE(5, 68);
  header.writeBigUInt64LE(0x400000n, 80);
  header.writeBigUInt64LE(0x400000n, 88);
  header.writeBigUInt64LE(BigInt(size), 96);
  header.writeBigUInt64LE(BigInt(size), 104);
  header.writeBigUInt64LE(0x1000n, 112);
  return Buffer.concat([header, Buffer.from(code, 'hex')]);
}

/** As an engine loads it, with that name. */
export function archiveOf(image: SmallImage, name: string): Buffer {
  const { config, layers } = JSON.parse(image.manifest.toString()) as {
    config: { digest: string };
    layers: { digest: string }[];
  };
  const listed = [
    { Config: config.digest.slice(7), RepoTags: [name], Layers: layers.map(({ digest }) => digest.slice(7)) },
  ];
  return Buffer.concat([
    ...[...image.blobs].map(([digest, blob]) => entryOf(digest.slice(7), blob, 0o644)),
    entryOf('manifest.json', Buffer.from(JSON.stringify(listed)), 0o644),
    tarEnd,
  ]);
}

const tarEnd = Buffer.alloc(1024);

function tarOf(name: string, bytes: Buffer, mode: number): Buffer {
  return Buffer.concat([entryOf(name, bytes, mode), tarEnd]);
}

function entryOf(name: string, bytes: Buffer, mode: number): Buffer {
  const header = Buffer.alloc(512);
  const octal = (value: number, at: number, length: number): number =>
    header.write(`${value.toString(8).padStart(length - 1, '0')}\0`, at, 'latin1');
  header.write(name, 0, 'latin1');
  octal(mode, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(bytes.length, 124, 12);
  octal(0, 136, 12);
  header.write('        0', 148, 'latin1');
  header.write('ustar\x0000', 257, 'latin1');
  octal(
    header.reduce((sum, byte) => sum + byte, 0),
    148,
    7,
  );
  const padding = Buffer.alloc((512 - (bytes.length % 512)) % 512);
  return Buffer.concat([header, bytes, padding]);
}
