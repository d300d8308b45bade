/**
 * `node:http` as CommonJS has it. An `import` of it would read all that it exports, also what is made when it is first read:
 * Node loads its WebSocket then, with all of undici, which takes longer than everything else a worker does to start (50 of 85 ms).
 */
export const { Agent, createServer, request } = process.getBuiltinModule('node:http');
