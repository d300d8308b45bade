/**
 * The thread that owns the connection to one SQLite file. It knows nothing of documents: it runs statements.
 *
 * Group commit: it takes everything that has arrived and runs it in one transaction, so that many writers share one
 * sync of the disk. A request is one statement, which SQLite undoes alone when it fails, so that it does not hurt the
 * others; nobody is answered before the commit.
 *
 * This file is started as it is, by type stripping in tests: only node: builtins, only erasable types.
 */
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { parentPort, receiveMessageOnPort, workerData, type MessagePort } from 'node:worker_threads';

export interface ThreadOptions {
  file: string;
  busyTimeoutMs: number;
  maxBatchRequests: number;
}

export type SqliteValue = string | number | null;

export interface ThreadRequest {
  id: number;
  /** Writes are changes; the rest only reads. */
  write: boolean;
  sql: string;
  values: readonly SqliteValue[];
}

export type ThreadResult = { changes: number } | { rows: SqliteValue[][] };

export interface ThreadFailure {
  /** SQLite's extended result code; 0 if the failure has none. */
  resultCode: number;
  message: string;
}

export type ThreadReply = { id: number; result: ThreadResult } | { id: number; failure: ThreadFailure };

const maxStatements = 500;
const busy = 5;
const { file, busyTimeoutMs, maxBatchRequests } = workerData as ThreadOptions;
const port = parentPort as MessagePort;
const statements = new Map<string, StatementSync>();
let database: DatabaseSync | undefined;

function open(): DatabaseSync {
  const opened = new DatabaseSync(file);
  try {
    useWriteAheadLog(opened);
    opened.exec(`PRAGMA busy_timeout = ${busyTimeoutMs}; PRAGMA synchronous = FULL`);
    opened.exec('PRAGMA journal_size_limit = 67108864');
  } catch (error) {
    opened.close();
    throw error;
  }
  return opened;
}

/** Waits by itself: SQLite does not always do so where two processes make the same new file at once. */
function useWriteAheadLog(opened: DatabaseSync): void {
  const pauseMs = 20;
  const sleeper = new Int32Array(new SharedArrayBuffer(4));
  for (let waitedMs = 0; ; waitedMs += pauseMs) {
    try {
      opened.exec('PRAGMA journal_mode = WAL');
      return;
    } catch (error) {
      if (failureOf(error).resultCode % 256 !== busy || waitedMs >= busyTimeoutMs) throw error;
    }
    Atomics.wait(sleeper, 0, 0, pauseMs);
  }
}

function prepared(connection: DatabaseSync, sql: string): StatementSync {
  const known = statements.get(sql);
  if (known !== undefined) return known;
  if (statements.size >= maxStatements) statements.clear();
  const statement = connection.prepare(sql);
  statement.setReturnArrays(true);
  statements.set(sql, statement);
  return statement;
}

function execute(connection: DatabaseSync, { write, sql, values }: ThreadRequest): ThreadResult {
  const statement = prepared(connection, sql);
  if (write) return { changes: Number(statement.run(...values).changes) };
  return { rows: statement.all(...values) as unknown as SqliteValue[][] };
}

function failureOf(error: unknown): ThreadFailure {
  const { errcode, message } = error as { errcode?: number; message?: string };
  return { resultCode: errcode ?? 0, message: message ?? String(error) };
}

function replyTo(connection: DatabaseSync, request: ThreadRequest): ThreadReply {
  const { id } = request;
  try {
    return { id, result: execute(connection, request) };
  } catch (error) {
    return { id, failure: failureOf(error) };
  }
}

/** A full disk or a failing one ends the whole transaction: then nothing of the batch was kept. */
function runTransaction(connection: DatabaseSync, batch: readonly ThreadRequest[]): ThreadReply[] {
  connection.exec('BEGIN IMMEDIATE');
  const replies: ThreadReply[] = [];
  try {
    for (const request of batch) {
      const reply = replyTo(connection, request);
      if ('failure' in reply && !connection.isTransaction) return refuse(batch, reply.failure);
      replies.push(reply);
    }
    connection.exec('COMMIT');
    return replies;
  } catch (error) {
    if (connection.isTransaction) connection.exec('ROLLBACK');
    throw error;
  }
}

function refuse(batch: readonly ThreadRequest[], failure: ThreadFailure): ThreadReply[] {
  return batch.map(({ id }) => ({ id, failure }));
}

function runBatch(batch: readonly ThreadRequest[]): ThreadReply[] {
  try {
    database ??= open();
    const connection = database;
    if (batch.some(({ write }) => write)) return runTransaction(connection, batch);
    return batch.map((request) => replyTo(connection, request));
  } catch (error) {
    return refuse(batch, failureOf(error));
  }
}

function takeQueued(first: ThreadRequest): ThreadRequest[] {
  const batch = [first];
  while (batch.length < maxBatchRequests) {
    const next = receiveMessageOnPort(port) as { message: ThreadRequest | null } | undefined;
    if (next === undefined) return batch;
    if (next.message === null) {
      setImmediate(close);
      return batch;
    }
    batch.push(next.message);
  }
  return batch;
}

function close(): void {
  database?.close();
  port.close();
}

/** Null asks to close after what came before. */
port.on('message', (request: ThreadRequest | null) => {
  if (request === null) return close();
  for (const reply of runBatch(takeQueued(request))) port.postMessage(reply);
});
