import { takeLessMemory } from './less-memory.js';

takeLessMemory(process.env);
const { runStandalone } = await import('./run-standalone.js');
await runStandalone(process.env);
