import type { AuditEntryView, AuditOutcome, AuditPage, ListAuditQuery } from '@muster/contracts';
import { newId, type Clock, type RandomSource } from '@muster/platform';
import type { Collection, DocumentStore, StoredDocument } from '@muster/store';

/** Who did what. Never a secret. */
export interface AuditFacts {
  actor: string;
  action: string;
  target?: string;
  source: string;
  outcome: AuditOutcome;
  detail?: string;
}

interface AuditDocument extends StoredDocument {
  atMs: number;
  actor: string;
  action: string;
  target: string;
  source: string;
  outcome: AuditOutcome;
  detail: string;
}

const maxCharacters = { actor: 128, action: 64, target: 128, source: 64, detail: 512 };

/** Records who did what, for ever: entries are only added. Texts are cut to a bound and freed of control characters. */
export class AuditLog {
  private readonly entries: Collection<AuditDocument>;

  constructor(
    store: DocumentStore,
    private readonly clock: Clock,
    private readonly random: RandomSource,
  ) {
    this.entries = store.collection({
      name: 'audit',
      indexes: [
        { name: 'at', fields: ['atMs'] },
        { name: 'actor', fields: ['actor', 'atMs'] },
        { name: 'action', fields: ['action', 'atMs'] },
      ],
    });
  }

  /** Durable when it resolves. */
  async record(facts: AuditFacts): Promise<void> {
    await this.entries.insert({
      _id: newId('aud_', this.random),
      version: 1,
      atMs: this.clock.nowMs(),
      actor: bounded(facts.actor, maxCharacters.actor) || '-',
      action: bounded(facts.action, maxCharacters.action),
      target: bounded(facts.target ?? '-', maxCharacters.target) || '-',
      source: bounded(facts.source, maxCharacters.source) || '-',
      outcome: facts.outcome,
      detail: bounded(facts.detail ?? '', maxCharacters.detail),
    });
  }

  /** Newest first. */
  async page({ actor, action, limit = 50, cursor }: ListAuditQuery): Promise<AuditPage> {
    const { items, nextCursor } = await this.entries.find({
      where: { ...(actor === undefined ? {} : { actor }), ...(action === undefined ? {} : { action }) },
      sort: [{ field: 'atMs', direction: 'descending' }],
      limit,
      ...(cursor === undefined ? {} : { after: cursor }),
    });
    return { items: items.map(toView), ...(nextCursor === undefined ? {} : { nextCursor }) };
  }
}

function bounded(text: string, characters: number): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '?').slice(0, characters);
}

function toView({ _id, atMs, actor, action, target, source, outcome, detail }: AuditDocument): AuditEntryView {
  return { id: _id, at: new Date(atMs).toISOString(), actor, action, target, source, outcome, detail };
}
