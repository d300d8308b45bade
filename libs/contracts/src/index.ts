export * from './errors.js';
export * from './fields.js';
export * from './frames.js';
export * from './hardware.js';
export * from './ids.js';
export * from './sessions.js';
export * from './worker-protocol.js';
