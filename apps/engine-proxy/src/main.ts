import { runEngineProxy } from './run-engine-proxy.js';

await runEngineProxy(process.env);
