import type { IncomingMessage } from 'node:http';
import type { INestApplication } from '@nestjs/common';
import { WsAdapter } from '@nestjs/platform-ws';
import type { WebSocket } from 'ws';
import { subprotocol } from '@muster/contracts';

export interface UpgradeRules {
  maxFrameBytes: number;
  isOriginAllowed(origin: string | undefined): boolean;
  hasRoom(): boolean;
}

type Verdict = (accepted: boolean, status?: number, message?: string) => void;

/** The platform's WebSocket adapter with our bounds: no compression, one subprotocol, a largest frame, a look at the origin. */
export class RelayAdapter extends WsAdapter {
  constructor(
    app: INestApplication,
    private readonly rules: UpgradeRules,
  ) {
    super(app);
  }

  override create(port: number, options: Parameters<WsAdapter['create']>[1]): ReturnType<WsAdapter['create']> {
    return super.create(port, {
      ...options,
      maxPayload: this.rules.maxFrameBytes,
      perMessageDeflate: false,
      clientTracking: false,
      handleProtocols: (offered: Set<string>) => (offered.has(subprotocol) ? subprotocol : false),
      verifyClient: ({ req }: { req: IncomingMessage }, decide: Verdict) => this.judge(req, decide),
    });
  }

  /** What a client does wrong on its socket is not our error: the connection closes it, and its code says why. */
  override bindErrorHandler(server: ReturnType<WsAdapter['create']>): ReturnType<WsAdapter['create']> {
    return server.on('connection', (socket: WebSocket) => socket.on('error', () => undefined));
  }

  /** The relay reads frames itself; the platform would parse each of them a second time, for handlers that there are not. */
  override bindMessageHandlers(): void {}

  private judge(request: IncomingMessage, decide: Verdict): void {
    if (!this.rules.isOriginAllowed(request.headers.origin)) decide(false, 403, 'Forbidden');
    else if (!this.rules.hasRoom()) decide(false, 503, 'Service Unavailable');
    else decide(true);
  }
}
