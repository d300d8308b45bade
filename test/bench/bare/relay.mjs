// The bare counterpart of a relay: each client gets a line of its own to the worker, whatever comes is passed on. Argument: the worker.
import { WebSocket, WebSocketServer } from 'ws';

const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
server.on('connection', (client) => {
  const waiting = [];
  const worker = new WebSocket(process.argv[2], { perMessageDeflate: false });
  client.on('message', (data, binary) => {
    if (worker.readyState === WebSocket.OPEN) worker.send(data, { binary });
    else waiting.push([data, binary]);
  });
  worker.on('open', () => {
    for (const [data, binary] of waiting.splice(0)) worker.send(data, { binary });
  });
  worker.on('message', (data, binary) => client.send(data, { binary }));
  client.on('close', () => worker.terminate());
  worker.on('close', () => client.close());
  for (const each of [client, worker]) each.on('error', () => each.terminate());
});
server.on('listening', () => console.log(`ws://127.0.0.1:${server.address().port}`));
