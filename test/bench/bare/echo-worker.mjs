// The bare counterpart of a worker: answers each text with itself, and `pour <count> <bytes>` with that many binary messages.
import { WebSocketServer } from 'ws';

const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
server.on('connection', (socket) => {
  socket.on('message', async (data, isBinary) => {
    const [word, count, bytes] = isBinary ? [] : String(data).split(' ');
    if (word !== 'pour') return socket.send(data, { binary: isBinary });
    const piece = new Uint8Array(Number(bytes));
    for (let left = Number(count); left > 0; left -= 1) await new Promise((sent) => socket.send(piece, sent));
  });
  socket.on('error', () => socket.terminate());
});
server.on('listening', () => console.log(`ws://127.0.0.1:${server.address().port}`));
