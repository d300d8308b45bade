export * from './session-document.js';
