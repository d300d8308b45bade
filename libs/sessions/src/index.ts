export * from './session-document.js';
export * from './session-events.js';
export * from './session-states-page.js';
export * from './session.machine.js';
