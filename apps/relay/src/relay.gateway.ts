import type { IncomingMessage } from 'node:http';
import { WebSocketGateway, type OnGatewayConnection } from '@nestjs/websockets';
import { closeCodes, subprotocol } from '@muster/contracts';
import { Relay } from '@muster/relaying';
import type { WebSocket } from 'ws';

/** Accepts the upgrade; frames go straight from the socket to the relay, never through message handlers. */
@WebSocketGateway({ path: '/v1/connect' })
export class RelayGateway implements OnGatewayConnection {
  constructor(private readonly relay: Relay) {}

  handleConnection(socket: WebSocket, request: IncomingMessage): void {
    if (socket.protocol !== subprotocol)
      return socket.close(closeCodes.protocolError.code, `the subprotocol is ${subprotocol}`);
    const ticket = new URL(request.url ?? '/', 'http://relay').searchParams.get('ticket') ?? '';
    this.relay.accept(socket, ticket);
  }
}
