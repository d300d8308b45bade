import { takeLessMemory } from './less-memory.js';

takeLessMemory();
const { runStandalone } = await import('./run-standalone.js');
await runStandalone();
