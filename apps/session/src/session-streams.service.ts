import { Readable } from 'node:stream';
import type { ReadableStream as WebStream } from 'node:stream/web';
import type { SessionId } from '@muster/contracts';
import { jsonLinesType, toJsonLines } from '@muster/platform';
import { SessionService } from '@muster/sessions';
import { Injectable, StreamableFile } from '@nestjs/common';

/** The session service's streams as bodies of answers: JSON lines. */
@Injectable()
export class SessionStreams {
  constructor(private readonly sessions: SessionService) {}

  async routes(session: SessionId): Promise<StreamableFile> {
    return linesOf(toJsonLines(await this.sessions.routes(session)));
  }

  async events(session: SessionId, afterId: number): Promise<StreamableFile> {
    return linesOf(toJsonLines(await this.sessions.events(session, afterId)));
  }

  /** The node's own lines; ended at the node when the reader goes. */
  async logs(session: SessionId, role: string, follow: boolean): Promise<StreamableFile> {
    const gone = new AbortController();
    const answer = await this.sessions.logs(session, role, follow, gone.signal);
    const body = Readable.fromWeb((answer.body ?? new ReadableStream()) as WebStream<Uint8Array>);
    body.once('close', () => gone.abort());
    return linesOf(body);
  }
}

function linesOf(body: Readable): StreamableFile {
  return new StreamableFile(body, { type: jsonLinesType });
}
