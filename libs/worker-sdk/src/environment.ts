/** The one place where a worker reads its environment. */
export interface WorkerEnvironment {
  sessionId: string;
  workerId: string;
  role: string;
  incarnation: number;
  bind: { host: string; port: number };
  /** Absent: the bound address. */
  advertise: string | undefined;
  controlUrl: string;
  joinToken: string;
  /** W3C trace of the request that made the session; undefined where none is given. */
  traceparent?: string | undefined;
  scratchDir: string | undefined;
  registerTimeoutMs: number;
  initTimeoutMs: number;
  shutdownGraceMs: number;
  maxBodyBytes: number;
  /** How long a client that lost its connection is remembered. */
  clientResumeMs: number;
}

/** Variables are missing or wrong; all of them at once. */
export class EnvironmentError extends Error {
  override readonly name = 'EnvironmentError';
  readonly code = 'wrong-environment';
  constructor(readonly problems: readonly string[]) {
    super(`the worker's environment is wrong: ${problems.join('; ')}`);
  }
}

type Variables = Readonly<Record<string, string | undefined>>;

/** Reads and checks the variables; `MUSTER_TOKEN` is removed from the given object, so that no child inherits it. */
export function readEnvironment(variables: Record<string, string | undefined> = process.env): WorkerEnvironment {
  const reader = new Reader(variables);
  const environment: WorkerEnvironment = {
    sessionId: reader.text('MUSTER_SESSION_ID'),
    workerId: reader.text('MUSTER_WORKER_ID'),
    role: reader.text('MUSTER_ROLE'),
    incarnation: reader.integer('MUSTER_INCARNATION'),
    bind: reader.bind('MUSTER_BIND'),
    advertise: variables['MUSTER_ADVERTISE'] || undefined,
    controlUrl: reader.text('MUSTER_CONTROL_URL'),
    joinToken: reader.text('MUSTER_TOKEN'),
    traceparent: variables['TRACEPARENT'] || undefined,
    scratchDir: variables['MUSTER_SCRATCH_DIR'] || undefined,
    registerTimeoutMs: reader.integer('MUSTER_REGISTER_TIMEOUT_MS', 30_000),
    initTimeoutMs: reader.integer('MUSTER_INIT_TIMEOUT_MS', 60_000),
    shutdownGraceMs: reader.integer('MUSTER_SHUTDOWN_GRACE_MS', 3_000),
    maxBodyBytes: reader.integer('MUSTER_MAX_BODY_BYTES', 16 * 1024 * 1024),
    clientResumeMs: reader.integer('MUSTER_CLIENT_RESUME_MS', 120_000),
  };
  if (reader.problems.length > 0) throw new EnvironmentError(reader.problems);
  delete variables['MUSTER_TOKEN'];
  return environment;
}

class Reader {
  readonly problems: string[] = [];
  constructor(private readonly variables: Variables) {}

  text(name: string): string {
    const value = this.variables[name];
    if (value) return value;
    this.problems.push(`${name} is missing`);
    return '';
  }

  integer(name: string, fallback?: number): number {
    if (fallback !== undefined && !this.variables[name]) return fallback;
    const value = this.text(name);
    if (/^\d{1,15}$/.test(value)) return Number(value);
    if (value !== '') this.problems.push(`${name} must be an integer`);
    return 0;
  }

  bind(name: string): { host: string; port: number } {
    const value = this.text(name);
    const [, host, port] = /^\[?([^\]]+?)\]?:(\d{1,5})$/.exec(value) ?? [];
    if (host !== undefined && port !== undefined) return { host, port: Number(port) };
    if (value !== '') this.problems.push(`${name} must be host:port`);
    return { host: '', port: 0 };
  }
}
