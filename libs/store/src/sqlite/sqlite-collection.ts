import { checkDocument, documentText } from '../document-check.js';
import type { Collection, CollectionDefinition, Page, Query, StoredDocument, Where } from '../document-store.js';
import { firstRevision } from '../first-revision.js';
import { comparisons, cursorAfter, planQuery } from '../query-plan.js';
import { DuplicateKey, RevisionConflict } from '../store-errors.js';
import type { SqliteConnection } from './sqlite-connection.js';
import { UniqueViolation } from './sqlite-failure.js';
import { countWhere, createIndex, createTable, indexName, selectPage } from './sqlite-statements.js';
import type { SqliteValue } from './sqlite-thread.js';

/** A collection as a table: the document as JSON text, its declared fields as indexes over that text. */
export class SqliteCollection<T extends StoredDocument> implements Collection<T> {
  private readonly connection: SqliteConnection;
  private readonly definition: CollectionDefinition;
  private definedOnce: Promise<void> | undefined;

  constructor(connection: SqliteConnection, definition: CollectionDefinition) {
    this.connection = connection;
    this.definition = definition;
  }

  async insert(document: Omit<T, 'rev'>): Promise<T> {
    checkDocument(this.definition, document);
    const stored = { ...document, rev: firstRevision() } as T;
    const values = [stored._id, stored.rev, documentText(this.table, stored)];
    await this.change(`INSERT INTO "${this.table}" (_id, rev, document) VALUES (?, ?, ?)`, values);
    return stored;
  }

  async get(id: string): Promise<T | undefined> {
    const [row] = await this.read(`SELECT document FROM "${this.table}" WHERE _id = ?`, [id]);
    return row && parsed<T>(row);
  }

  async replace(document: T): Promise<T> {
    checkDocument(this.definition, document);
    const stored = { ...document, rev: document.rev + 1 };
    const values = [stored.rev, documentText(this.table, stored), stored._id, document.rev];
    const changes = await this.change(
      `UPDATE "${this.table}" SET rev = ?, document = ? WHERE _id = ? AND rev = ?`,
      values,
    );
    if (changes === 0) throw new RevisionConflict(this.table, stored._id);
    return stored;
  }

  async remove(id: string, rev?: number): Promise<boolean> {
    const one = `DELETE FROM "${this.table}" WHERE _id = ?`;
    const changes = rev === undefined ? this.change(one, [id]) : this.change(`${one} AND rev = ?`, [id, rev]);
    return (await changes) > 0;
  }

  async find(query: Query): Promise<Page<T>> {
    const { stretches, order, limit } = planQuery(this.definition, query);
    const found: T[] = [];
    for (const stretch of stretches) {
      const { sql, values } = selectPage(this.table, stretch, order);
      const rows = await this.read(sql, [...values, limit + 1 - found.length]);
      found.push(...rows.map((row) => parsed<T>(row)));
      if (found.length > limit) break;
    }
    const items = found.slice(0, limit);
    const last = items.at(-1);
    return found.length > limit && last !== undefined ? { items, nextCursor: cursorAfter(last, order) } : { items };
  }

  async count(where?: Where): Promise<number> {
    const { sql, values } = countWhere(this.table, comparisons(this.definition, where));
    const [row] = await this.read(sql, values);
    return Number(row?.[0] ?? 0);
  }

  /** Makes the table and its indexes once; after a failure the next call tries again. */
  async defined(): Promise<void> {
    this.definedOnce ??= this.define();
    try {
      await this.definedOnce;
    } catch (error) {
      this.definedOnce = undefined;
      throw this.explained(error);
    }
  }

  private get table(): string {
    return this.definition.name;
  }

  /** Everything that is missing is asked for at once, so that it shares one commit. */
  private async define(): Promise<void> {
    const sql = `SELECT name, sql FROM sqlite_schema WHERE tbl_name = ?`;
    const kept = new Map((await this.connection.read(sql, [this.table])).map(([name, text]) => [name, text]));
    const missing = kept.has(this.table) ? [] : [createTable(this.table)];
    for (const index of this.definition.indexes) {
      const name = indexName(this.table, index);
      const wanted = createIndex(this.table, index);
      if (kept.get(name) === wanted) continue;
      missing.push(`DROP INDEX IF EXISTS "${name}"`, wanted);
    }
    await Promise.all(missing.map((statement) => this.connection.change(statement)));
  }

  private async change(sql: string, values: readonly SqliteValue[]): Promise<number> {
    await this.defined();
    return this.connection.change(sql, values).catch((error: unknown) => Promise.reject(this.explained(error)));
  }

  private async read(sql: string, values: readonly SqliteValue[]): Promise<SqliteValue[][]> {
    await this.defined();
    return this.connection.read(sql, values);
  }

  private explained(error: unknown): unknown {
    return error instanceof UniqueViolation ? new DuplicateKey(this.table, error.index, { cause: error }) : error;
  }
}

function parsed<T>([document]: SqliteValue[]): T {
  return JSON.parse(String(document)) as T;
}
