import { SessionType, WorkerType } from './catalogue.js';
import {
  BooleanField,
  EnumField,
  IntegerField,
  JsonObjectField,
  NestedField,
  NestedListField,
  QueryBooleanField,
  QueryIntegerField,
  TextField,
  TimeField,
} from './fields.js';
import { QueueView, workerStates, type WorkerState } from './sessions.js';

/** Where a catalogue entry comes from; those of files are read-only over the API. */
export class EntrySourceView {
  @EnumField(['file', 'api'], 'EntrySourceKind') kind: 'file' | 'api';
  @TextField({ optional: true, maxLength: 4096 }) file?: string;
  @IntegerField({ optional: true, min: 1 }) line?: number;
}

export class SessionTypeView extends SessionType {
  @NestedField(() => EntrySourceView) source: EntrySourceView;
}

export class WorkerTypeView extends WorkerType {
  @NestedField(() => EntrySourceView) source: EntrySourceView;
}

export class SessionTypePage {
  @NestedListField(() => SessionTypeView) items: SessionTypeView[];
  @TextField({ optional: true, maxLength: 2048 }) nextCursor?: string;
}

export class WorkerTypePage {
  @NestedListField(() => WorkerTypeView) items: WorkerTypeView[];
  @TextField({ optional: true, maxLength: 2048 }) nextCursor?: string;
}

export class PageQuery {
  @QueryIntegerField({ optional: true, min: 1, max: 200, default: 50 }) limit?: number;
  @TextField({ optional: true, maxLength: 2048 }) cursor?: string;
}

/** One member of a session. */
export class WorkerView {
  @TextField() id: string;
  @TextField() role: string;
  @TextField({ description: 'Worker type' }) type: string;
  @BooleanField() mandatory: boolean;
  @EnumField(workerStates, 'WorkerState') state: WorkerState;
  @IntegerField({ description: 'Counts restarts, from 1' }) incarnation: number;
  @TextField({ nullable: true, description: "The node's name" }) node: string | null;
  @TextField({ optional: true, maxLength: 4096 }) reason?: string;
  @TimeField({ nullable: true }) startedAt: string | null;
}

export class WorkerPage {
  @NestedListField(() => WorkerView) items: WorkerView[];
}

export class LogsQuery {
  @QueryBooleanField({ optional: true, default: false, description: 'Goes on until the output ends' }) follow?: boolean;
}

/** One session that waits. */
export class QueueEntryView extends QueueView {
  @TextField({ description: 'Session id' }) session: string;
  @TextField() type: string;
  @TextField({ description: "The owner's user id" }) owner: string;
  @IntegerField({ max: 100 }) priority: number;
  @IntegerField({ description: 'In ms' }) waitedMs: number;
}

export class QueuePage {
  @NestedListField(() => QueueEntryView) items: QueueEntryView[];
  @IntegerField({ description: 'All that wait, also those of others' }) waiting: number;
  @TextField({ optional: true, maxLength: 2048 }) nextCursor?: string;
}

export const serviceStates = ['ready', 'not-ready', 'unreachable', 'leaving', 'lease-ended'] as const;

/** One running instance of one service. Addresses are not shown. */
export class ServiceView {
  @EnumField(['auth', 'global-session', 'session', 'global-directory', 'relay'], 'ServiceName') service: string;
  @TextField({ optional: true }) instance?: string;
  @TextField({ optional: true }) version?: string;
  @EnumField(serviceStates, 'ServiceState') state: (typeof serviceStates)[number];
  @IntegerField({ optional: true, description: 'Since its lease was renewed, in ms' }) leaseAgeMs?: number;
  @IntegerField({ optional: true, description: 'Sessions it holds' }) held?: number;
  @IntegerField({ optional: true, description: 'Sessions it can hold' }) capacity?: number;
  @BooleanField({ optional: true, description: 'Takes no new sessions and ends when it holds none' })
  draining?: boolean;
  @JsonObjectField({ optional: true, description: 'Its health checks' }) health?: Record<string, unknown>;
}

export class SystemView {
  @TextField() version: string;
  @NestedListField(() => ServiceView) services: ServiceView[];
  @IntegerField() sessionsLive: number;
  @IntegerField() sessionsQueued: number;
  @IntegerField({ description: 'Session services wanted beyond those started by hand' }) furtherSessionServices: number;
}

const logLevelNames = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;

export class ChangeLogLevel {
  @EnumField(logLevelNames, 'LogLevel') level: (typeof logLevelNames)[number];
}

export class UnreachedView {
  @TextField() service: string;
  @TextField({ maxLength: 4096 }) reason: string;
}

export class LogLevelView {
  @EnumField(logLevelNames, 'LogLevel') level: (typeof logLevelNames)[number];
  @IntegerField({ description: 'Processes that took it' }) reached: number;
  @NestedListField(() => UnreachedView) unreached: UnreachedView[];
}
