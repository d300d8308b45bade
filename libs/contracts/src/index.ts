export * from './fields.js';
export * from './hardware.js';
export * from './ids.js';
