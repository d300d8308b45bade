import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

interface Service {
  command?: string[];
  user?: string;
  read_only?: boolean;
  cap_drop?: string[];
  cap_add?: string[];
  privileged?: boolean;
  pid?: string;
  network_mode?: string;
  networks?: string[];
  security_opt?: string[];
  ports?: string[];
  volumes?: string[];
  environment?: Record<string, string>;
  deploy?: { resources: { limits: Record<string, unknown> } };
}

const host = parse(readFileSync('compose/host.yaml', 'utf8')) as { services: Record<string, Service> };
const text = readFileSync('compose/compose.yaml', 'utf8');
const { services, networks } = parse(text, { merge: true }) as {
  services: Record<string, Service>;
  networks: Record<string, { internal?: unknown }>;
};
const example = readFileSync('compose/.env.example', 'utf8');
const all = Object.entries(services);

/** The services that something is true of. */
function those(isSo: (service: Service, name: string) => boolean): string[] {
  return all.filter(([name, service]) => isSo(service, name)).map(([name]) => name);
}

describe('the compose file', () => {
  it('gives every container a read-only root, no capability, no new privileges, and limits', () => {
    const isBound = ({ deploy }: Service): boolean =>
      ['cpus', 'memory', 'pids'].every((limit) => deploy?.resources.limits[limit] !== undefined);
    expect(those((each) => each.read_only !== true)).toEqual([]);
    expect(those((each) => each.cap_drop?.join() !== 'ALL')).toEqual([]);
    expect(those((each) => each.security_opt?.includes('no-new-privileges:true') !== true)).toEqual([]);
    expect(those((each) => !isBound(each))).toEqual([]);
    expect(those((each) => each.privileged !== undefined || each.pid !== undefined)).toEqual([]);
    expect(those((each) => each.cap_add !== undefined)).toEqual(['setup']);
  });

  it('gives every container a user of its own; root are only those two who must be', () => {
    expect(those((each) => /^0(:|$)|^root/.test(each.user ?? '0'))).toEqual(['setup', 'engine-proxy']);
    const users = all.map(([, { user }]) => user).filter((user) => user !== '0:0');
    expect(new Set(users).size).toBe(users.length);
  });

  it('makes secrets for the users that the services have', () => {
    const owners = services['setup']?.environment?.['MUSTER_SETUP_OWNERS'] ?? '';
    const given = Object.fromEntries(
      owners
        .trim()
        .split(',')
        .map((pair) => pair.split('=')),
    );
    const secretive = those((each) => each.volumes?.includes('secrets:/run/muster:ro') === true);
    expect(given).toEqual(Object.fromEntries(secretive.map((name) => [name, services[name]?.user?.split(':')[0]])));
  });

  it("shows the engine's socket to the engine proxy alone, which no network reaches", () => {
    expect(those((each) => /docker\.sock/.test(each.volumes?.join() ?? ''))).toEqual(['engine-proxy']);
    expect(services['engine-proxy']?.network_mode).toBe('none');
    expect(those((each) => /\bengine:/.test(each.volumes?.join() ?? ''))).toEqual(['engine-proxy', 'local-directory']);
  });

  it('publishes the front door alone, and keeps the services on a network without a way out', () => {
    expect(those((each) => each.ports !== undefined)).toEqual(['front-door']);
    expect(services['front-door']?.networks).toEqual(['front']);
    expect(networks['back']?.internal).toBe(true);
    expect(networks['workers']?.internal).toBe('${MUSTER_WORKERS_INTERNAL:-true}');
  });

  it('asks every user of the database for a password', () => {
    const { command, environment, networks: joined } = services['mongo'] ?? {};
    expect(command).toContain('--auth');
    expect(environment).toEqual({
      MONGO_INITDB_ROOT_USERNAME: 'root',
      MONGO_INITDB_ROOT_PASSWORD_FILE: '/run/muster/mongo/root-password',
    });
    expect(joined).toEqual(['back']);
    expect(readFileSync('compose/mongo-user.js', 'utf8')).toContain("roles: [{ role: 'readWrite', db: 'muster' }]");
  });

  it('holds no secret: services read theirs from files, what is given comes from the environment', () => {
    const secret = /(PASSWORD|_KEY|_URI|TOKEN)$/;
    const written = all.flatMap(([name, { environment = {} }]) =>
      Object.entries(environment)
        .filter(([setting, value]) => secret.test(setting) && !/^\$\{[A-Z_]+:-\}$/.test(value))
        .map(([setting]) => `${name}: ${setting}`),
    );
    expect(written).toEqual([]);
    expect(those(({ environment = {} }) => Object.keys(environment).some((each) => secret.test(each)))).toEqual([
      'setup',
    ]);
  });

  it('sets only settings that there are', () => {
    const reference = readFileSync('docs/reference/configuration.md', 'utf8');
    const known = new Set(reference.match(/\b(MUSTER_[A-Z_]+|MONGODB_URI)\b/g));
    const set = all.flatMap(([, { environment = {} }]) => Object.keys(environment));
    const isKnown = (name: string): boolean => known.has(name) || known.has(name.replace(/_FILE$/, ''));
    expect([...new Set(set)].filter((name) => /^M(USTER|ONGODB)_/.test(name) && !isKnown(name))).toEqual([]);
  });

  it('is described by .env.example: every variable with the default that it has', () => {
    const used = [...text.matchAll(/\$\{([A-Z_]+):-([^}]*)\}/g)].map(([, name = '', value = '']) => ({ name, value }));
    const described = [...example.matchAll(/^#([A-Z_]+)=(.*)$/gm)].map(([, name = '', value = '']) => ({
      name,
      value,
    }));
    const names = (of: { name: string }[]): string[] => [...new Set(of.map(({ name }) => name))].sort();
    expect(names(used)).toEqual(names(described));
    const wrong = used.filter(
      ({ name, value }) => value !== '' && described.find((each) => each.name === name)?.value !== value,
    );
    expect(wrong.filter(({ name }) => name !== 'MUSTER_TLS_FOLDER')).toEqual([]);
  });
});

describe('the compose file of a further host', () => {
  const proxy = host.services['engine-proxy'];

  it('runs the proxy alone, enclosed, which takes calls from other computers only with a certificate', () => {
    expect(Object.keys(host.services)).toEqual(['engine-proxy']);
    expect(proxy).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
      deploy: { resources: { limits: { cpus: '1', memory: '256M', pids: 100 } } },
    });
    expect(Object.keys(proxy?.environment ?? {})).toEqual(
      expect.arrayContaining(['CERT', 'KEY', 'CA'].map((each) => `MUSTER_ENGINE_PROXY_TLS_${each}_FILE`)),
    );
  });

  it('sets only settings that there are, and has its variables in the manual', () => {
    const known = readFileSync('docs/reference/configuration.md', 'utf8');
    const manual = readFileSync('docs/how-to/several-docker-hosts.md', 'utf8');
    const set = Object.keys(proxy?.environment ?? {});
    expect(set.filter((name) => !known.includes(`\`${name}\``))).toEqual([]);
    const variables = readFileSync('compose/host.yaml', 'utf8').matchAll(/\$\{(MUSTER_HOST_[A-Z]+)/g);
    expect([...variables].map(([, name = '']) => name).filter((name) => !manual.includes(name))).toEqual([]);
  });
});
