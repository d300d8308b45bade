import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfiguration, settingTexts } from './load-configuration.js';
import {
  booleanSetting,
  choiceSetting,
  ConfigurationError,
  integerSetting,
  listSetting,
  loadSettings,
  ratioSetting,
  secretSetting,
  textSetting,
  urlSetting,
} from './settings.js';

const table = {
  MUSTER_PORT: integerSetting('port', 8600, { max: 65_535 }),
  MUSTER_NAME: textSetting('name', 'one'),
  MUSTER_KEY: secretSetting('key'),
  MUSTER_DOCS: booleanSetting('docs', true),
  MUSTER_LEVEL: choiceSetting('level', ['low', 'high'], 'low'),
  MUSTER_PEERS: listSetting('peers', []),
  MUSTER_URL: urlSetting('address'),
} as const;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'muster-settings-'));
});
afterAll(() => rm(folder, { recursive: true }));

const problemsOf = (load: () => unknown): readonly string[] => {
  try {
    load();
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
  return [];
};

describe('settings', () => {
  it('have their defaults where nothing is said', () => {
    expect(loadSettings(table, { environment: {} })).toEqual({
      MUSTER_PORT: 8600,
      MUSTER_NAME: 'one',
      MUSTER_KEY: undefined,
      MUSTER_DOCS: true,
      MUSTER_LEVEL: 'low',
      MUSTER_PEERS: [],
      MUSTER_URL: undefined,
    });
  });

  it('come from the environment first, then from the file', () => {
    const file = { MUSTER_PORT: '1', MUSTER_NAME: 'file', MUSTER_PEERS: 'a, b,,c' };
    const environment = { MUSTER_PORT: '2', MUSTER_DOCS: 'false', MUSTER_URL: 'https://example.org/', MUSTER_NAME: '' };
    expect(loadSettings(table, { environment, file })).toMatchObject({
      MUSTER_PORT: 2,
      MUSTER_DOCS: false,
      MUSTER_PEERS: ['a', 'b', 'c'],
      MUSTER_URL: 'https://example.org',
    });
  });

  it('are refused all at once, each by its name and with what is accepted', () => {
    const environment = { MUSTER_PORT: '70000', MUSTER_DOCS: 'yes', MUSTER_LEVEL: 'middle', MUSTER_URL: 'ftp://x' };
    expect(problemsOf(() => loadSettings(table, { environment }))).toEqual([
      'MUSTER_PORT must be a whole number from 0 to 65535 (it is "70000")',
      'MUSTER_DOCS must be true or false (it is "yes")',
      'MUSTER_LEVEL must be one of low, high (it is "middle")',
      'MUSTER_URL must be an http or https address (it is "ftp://x")',
    ]);
  });

  it.each([
    ['MUSTER_TRUSTED_PROXIES', '10.0.0.0/8, 192.0.2.1, ::1/128', true],
    ['MUSTER_TRUSTED_PROXIES', '10.0.0.0/8, gateway', false],
    ['MUSTER_TRUSTED_PROXIES', '10.0.0.0/33', false],
    ['MUSTER_ALLOWED_ORIGINS', 'https://app.example.org, http://localhost:5173/', true],
    ['MUSTER_ALLOWED_ORIGINS', '*', false],
    ['MUSTER_ALLOWED_ORIGINS', 'https://app.example.org/path', false],
    ['MUSTER_INSTALLATION_KEY', 'A'.repeat(43), true],
    ['MUSTER_INSTALLATION_KEY', 'short', false],
  ])('%s takes "%s": %s', (name, text, isTaken) => {
    const problems = problemsOf(() => loadConfiguration({}, { [name]: text }));
    expect(problems.map((each) => each.startsWith(`${name} must be `))).toEqual(isTaken ? [] : [true]);
  });

  it('that nobody knows are refused with the name that was probably meant', () => {
    const environment = { MUSTER_PROT: '1', OTHER: 'x' };
    expect(problemsOf(() => loadSettings(table, { environment }))).toEqual([
      'MUSTER_PROT is not a known setting (did you mean MUSTER_PORT?)',
    ]);
    expect(problemsOf(() => loadSettings(table, { environment, strictness: 'lenient' }))).toEqual([]);
  });

  it('of the command line are no slip of a service that has them in its shell', () => {
    const environment = { MUSTER_URL: 'http://127.0.0.1:8600', MUSTER_TOKEN: 'secret' };
    expect(problemsOf(() => loadConfiguration({}, environment, { strictness: 'strict' }))).toEqual([]);
  });

  it('accept whole numbers in their range and nothing else', () => {
    const { parse } = integerSetting('n', 0, { min: 10, max: 20 });
    fc.assert(
      fc.property(fc.oneof(fc.integer().map(String), fc.double().map(String), fc.string()), (text) => {
        const accepted = 'value' in parse(text);
        expect(accepted).toBe(
          text.trim() !== '' && Number.isInteger(Number(text)) && Number(text) >= 10 && Number(text) <= 20,
        );
      }),
    );
  });
});

describe('secrets', () => {
  it('may stand in a file', async () => {
    const file = join(folder, 'key');
    await writeFile(file, 'hidden\n');
    expect(loadSettings(table, { environment: { MUSTER_KEY_FILE: file } })).toMatchObject({ MUSTER_KEY: 'hidden' });
  });

  it('are refused when they are given twice, and when their file cannot be read', () => {
    const twice = { MUSTER_KEY: 'a', MUSTER_KEY_FILE: join(folder, 'key') };
    expect(problemsOf(() => loadSettings(table, { environment: twice }))).toEqual([
      'MUSTER_KEY and MUSTER_KEY_FILE are both set: keep one',
    ]);
    const missing = join(folder, 'nothing');
    expect(problemsOf(() => loadSettings(table, { environment: { MUSTER_KEY_FILE: missing } }))).toEqual([
      `MUSTER_KEY_FILE: cannot read ${missing} (ENOENT)`,
    ]);
  });
});

describe('a setting that is a part of a whole', () => {
  const ratio = { MUSTER_RATIO: ratioSetting('part', 1) };

  it.each([
    ['0', 0],
    ['0.25', 0.25],
    ['1', 1],
  ])('takes %s', (text, value) => {
    expect(loadSettings(ratio, { environment: { MUSTER_RATIO: text } })).toEqual({ MUSTER_RATIO: value });
  });

  it.each(['1.1', '-0.1', 'half', ' '])('refuses "%s"', (text) => {
    expect(problemsOf(() => loadSettings(ratio, { environment: { MUSTER_RATIO: text } }))).toEqual([
      `MUSTER_RATIO must be a number from 0 to 1 (it is "${text}")`,
    ]);
  });
});

describe('the headers for a receiver of traces', () => {
  it.each(['authorization=Bearer abc', 'x-a=1,x-b=a=b'])('may be %s', (text) => {
    expect(loadConfiguration({}, { MUSTER_OTLP_HEADERS: text }).MUSTER_OTLP_HEADERS).toBe(text);
  });

  it.each(['abc', 'a b=1', 'x-a=1,,x-b=2', 'x-a=\u20ac'])('may not be %s, which is not repeated', (text) => {
    expect(problemsOf(() => loadConfiguration({}, { MUSTER_OTLP_HEADERS: text }))).toEqual([
      'MUSTER_OTLP_HEADERS must be name=value, separated by commas',
    ]);
  });
});

describe('the configuration of a process', () => {
  it('reads the file that MUSTER_CONFIG_FILE names', async () => {
    const file = join(folder, 'muster.yaml');
    await writeFile(file, 'MUSTER_PORT: 9000\nMUSTER_ALLOWED_ORIGINS: [https://a.example, https://b.example]\n');
    expect(loadConfiguration({}, { MUSTER_CONFIG_FILE: file })).toMatchObject({
      MUSTER_PORT: 9000,
      MUSTER_ALLOWED_ORIGINS: ['https://a.example', 'https://b.example'],
    });
  });

  it('can be handed on whole, also what this process does not know', async () => {
    const file = join(folder, 'more.yaml');
    await writeFile(file, 'MUSTER_MOUNTS: data=/srv/data\nMUSTER_LOG_LEVEL: warn\n');
    const environment = { MUSTER_CONFIG_FILE: file, MUSTER_LOG_LEVEL: 'debug' };
    expect(settingTexts(environment)).toEqual({ ...environment, MUSTER_MOUNTS: 'data=/srv/data' });
  });

  it('says which file it cannot read', () => {
    expect(problemsOf(() => loadConfiguration({}, { MUSTER_CONFIG_FILE: join(folder, 'nothing') }))).toEqual([
      expect.stringContaining(`MUSTER_CONFIG_FILE: cannot read ${join(folder, 'nothing')}`),
    ]);
  });

  it('refuses production on the embedded database, and half a certificate', () => {
    const environment = { MUSTER_PROFILE: 'production', MUSTER_TLS_CERT_FILE: 'cert.pem' };
    expect(problemsOf(() => loadConfiguration({}, environment))).toEqual([
      expect.stringContaining('MONGODB_URI is required in production'),
      expect.stringContaining('MUSTER_TLS_CERT_FILE and MUSTER_TLS_KEY_FILE belong together'),
    ]);
  });

  it('asks for no database where none is used', () => {
    const settings = loadConfiguration({}, { MUSTER_PROFILE: 'production' }, { usesStore: false });
    expect(settings.MONGODB_URI).toBeUndefined();
  });
});
