// The bare counterpart of a worker's start: loads the same bundle of an SDK module, and listens. Argument: the module.
import { createServer } from 'node:http';
import { pathToFileURL } from 'node:url';

await import(pathToFileURL(process.argv[2]).href);
const server = createServer((_request, response) => response.end());
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`));
