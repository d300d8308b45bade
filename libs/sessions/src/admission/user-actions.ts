import {
  MusterError,
  type CatalogueKind,
  type CreateSession,
  type LogLevelView,
  type SessionView,
  type TicketView,
} from '@muster/contracts';
import type { CatalogueType } from '@muster/catalogue';
import type { AuditLog, UserPrincipal } from '@muster/identity';
import type { EntryView } from './catalogue-entries.js';
import type { GlobalSession } from './global-session.js';
import type { LogLevelTree } from './log-level-tree.js';

/** Who asks, and from where. */
export interface Asker {
  user: UserPrincipal;
  /** Network address. */
  source: string;
}

/** What users change, each with its record in the audit log: done, refused or failed. */
export class UserActions {
  constructor(
    private readonly global: GlobalSession,
    private readonly logLevels: LogLevelTree,
    private readonly audit: AuditLog,
  ) {}

  create(asker: Asker, request: CreateSession, key: string | undefined): Promise<SessionView> {
    const detail = `${request.type} ${request.project ?? ''}`.trim();
    return this.recorded(asker, { action: 'session.create', detail, targetOf: ({ id }) => id }, () =>
      this.global.create(asker.user, request, checkedKey(key)),
    );
  }

  close(asker: Asker, id: string): Promise<SessionView> {
    return this.recorded(asker, { action: 'session.close', target: id }, () => this.global.close(asker.user, id));
  }

  ticket(asker: Asker, id: string): Promise<TicketView> {
    return this.recorded(asker, { action: 'session.ticket', target: id }, () =>
      this.global.door.ticket(asker.user, id),
    );
  }

  createType<Type extends CatalogueType>(asker: Asker, type: Type): Promise<EntryView<Type['kind']>> {
    return this.recorded(asker, { action: 'catalogue.create', target: nameOf(type) }, () =>
      this.global.catalogue.create(type),
    );
  }

  /** The entry is named by the path; a body that says another name is refused. */
  putType<Type extends CatalogueType>(asker: Asker, name: string, type: Type): Promise<EntryView<Type['kind']>> {
    return this.recorded(asker, { action: 'catalogue.put', target: nameOf(type) }, async () => {
      if (type.name !== name) throw new MusterError('invalid-request', `the body names ${type.name}, the path ${name}`);
      return this.global.catalogue.put(type);
    });
  }

  removeType(asker: Asker, kind: CatalogueKind, name: string): Promise<void> {
    const target = nameOf({ kind, name });
    return this.recorded(asker, { action: 'catalogue.remove', target }, () => this.global.catalogue.remove(kind, name));
  }

  setLogLevel(asker: Asker, level: LogLevelView['level']): Promise<LogLevelView> {
    return this.recorded(asker, { action: 'system.log-level', detail: level }, () => this.logLevels.set(level));
  }

  private async recorded<T>({ user, source }: Asker, what: Recorded<T>, task: () => Promise<T>): Promise<T> {
    const record = {
      actor: user.userId,
      action: what.action,
      target: what.target ?? '-',
      source,
      detail: what.detail ?? '',
    };
    try {
      const done = await task();
      await this.audit.record({ ...record, target: what.targetOf?.(done) ?? record.target, outcome: 'done' });
      return done;
    } catch (error) {
      const refused = error instanceof MusterError && error.status < 500 ? error.code : undefined;
      const detail = `${record.detail} ${refused ?? ''}`.trim();
      await this.audit
        .record({ ...record, detail, outcome: refused === undefined ? 'failed' : 'refused' })
        .catch(() => undefined);
      throw error;
    }
  }
}

interface Recorded<T> {
  action: string;
  target?: string;
  detail?: string;
  targetOf?: (done: T) => string;
}

function nameOf({ kind, name }: Pick<CatalogueType, 'kind' | 'name'>): string {
  return `${kind}/${name}`;
}

function checkedKey(key: string | undefined): string | undefined {
  if (key === undefined || /^[\x21-\x7e]{1,255}$/.test(key)) return key;
  throw new MusterError('invalid-request', 'Idempotency-Key must be 1 to 255 visible characters', {
    errors: [{ member: 'Idempotency-Key', reason: 'must be 1 to 255 visible characters' }],
  });
}
