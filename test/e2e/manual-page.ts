import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { TestSystem } from '@muster/testing';

/** A fenced block of a page: commands, or the text of a file, whose path is the fence's title. */
interface Block {
  file: string | undefined;
  text: string;
}

const repository = resolve(import.meta.dirname, '../..');

/** The blocks that a reader types or writes, in their order: `sh` and those with a title. */
async function blocksOf(page: string): Promise<Block[]> {
  const text = await readFile(join(repository, page), 'utf8');
  return [...text.matchAll(/^```(?:sh|\w+ title="([^"]+)")\n(.*?)^```$/gms)].map(([, file, content = '']) => ({
    file,
    text: content,
  }));
}

export interface Visit {
  /** The block that starts Muster. */
  start: string;
  password: string;
  settings?: (home: string) => Record<string, string>;
}

/**
 * Follows a whole page, and answers what each of its blocks showed. In the place of `start` a system of this test run is started,
 * on a free port, which all commands after it find.
 */
export async function followPage(page: string, { start, password, settings }: Visit): Promise<string[]> {
  const blocks = await blocksOf(page);
  const starts = blocks.findIndex(({ text }) => text === `${start}\n`);
  if (starts < 0) throw new RangeError(`${page} does not say: ${start}`);
  const reader = await Reader.withoutNetwork();
  let system: TestSystem | undefined;
  try {
    const before = await reader.follow(blocks.slice(0, starts));
    system = await TestSystem.start({ password, settings: settings?.(reader.home) ?? {} });
    return [...before, ...(await reader.follow(blocks.slice(starts + 1), { MUSTER_URL: system.publicUrl }))];
  } finally {
    await system?.dispose();
    await reader.leave();
  }
}

/** A reader with a home of their own, in the folder of the clone, without a network. */
class Reader {
  private constructor(readonly home: string) {}

  static async withoutNetwork(): Promise<Reader> {
    return new Reader(await mkdtemp(join(tmpdir(), 'muster-reader-')));
  }

  /** Does what the blocks say, all in one shell, and answers what the shell showed for each, both streams together. */
  async follow(blocks: readonly Block[], environment: Record<string, string> = {}): Promise<string[]> {
    const mark = '<<< next >>>';
    const script = ['exec 2>&1', ...blocks.map(commandsOf)].join(`\necho '${mark}'\n`);
    const shown = await this.bash(script, environment);
    return shown
      .split(`${mark}\n`)
      .slice(1)
      .map((text) => text.trim());
  }

  async leave(): Promise<void> {
    await rm(this.home, { recursive: true, force: true, maxRetries: 5 });
  }

  private bash(script: string, environment: Record<string, string>): Promise<string> {
    const env = {
      PATH: `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`,
      HOME: this.home,
      npm_config_offline: 'true',
      npm_config_update_notifier: 'false',
      ...environment,
    };
    return new Promise((done, fail) => {
      execFile('bash', ['-u', '-c', script], { cwd: repository, env, maxBuffer: 2 ** 24 }, (error, stdout) =>
        // What the last command ended with is the page's matter: a failing one may be what it shows.
        error !== null && typeof error.code !== 'number' ? fail(error) : done(stdout),
      );
    });
  }
}

/** The path stays unquoted, so that the shell knows the reader's `~`. */
function commandsOf({ file, text }: Block): string {
  return file === undefined ? text : `cat > ${file} <<'END_OF_FILE'\n${text}END_OF_FILE`;
}
