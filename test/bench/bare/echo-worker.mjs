// The bare counterpart of a worker: answers each text with itself, and `pour <count> <bytes>` with that many binary messages.
import { WebSocketServer } from 'ws';

const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
server.on('connection', (socket) => {
  socket.on('message', (data, isBinary) => {
    const text = isBinary ? '' : Buffer.concat([data].flat()).toString('utf8');
    const [word, count, bytes] = text.split(' ');
    if (word === 'pour') pour(socket, new Uint8Array(Number(bytes)), Number(count));
    else socket.send(data, { binary: isBinary });
  });
  socket.on('error', () => socket.terminate());
});

function pour(socket, piece, left) {
  if (left > 0) socket.send(piece, () => pour(socket, piece, left - 1));
}

server.on('listening', () => console.log(`ws://127.0.0.1:${server.address().port}`));
