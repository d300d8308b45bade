// The bare counterpart of `GET /v1/sessions/{id}`: Fastify, the same token verified with the same key, the same record read from SQLite.
// Arguments: the key set, the record.
import { DatabaseSync } from 'node:sqlite';
import Fastify from 'fastify';
import { createLocalJWKSet, jwtVerify } from 'jose';

const [keySet, record] = process.argv.slice(2);
const keys = createLocalJWKSet(JSON.parse(keySet));
const database = new DatabaseSync(':memory:');
database.exec('CREATE TABLE sessions (id TEXT PRIMARY KEY, body TEXT NOT NULL)');
database.prepare('INSERT INTO sessions VALUES (?, ?)').run(JSON.parse(record).id, record);
const select = database.prepare('SELECT body FROM sessions WHERE id = ?');

const app = Fastify();
app.get('/v1/sessions/:id', async (request, reply) => {
  try {
    await jwtVerify(request.headers.authorization?.replace('Bearer ', '') ?? '', keys);
  } catch {
    return reply.code(401).send();
  }
  const row = select.get(request.params.id);
  return row === undefined ? reply.code(404).send() : JSON.parse(row.body);
});
console.log(await app.listen({ port: 0, host: '127.0.0.1' }));
