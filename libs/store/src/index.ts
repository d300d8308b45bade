export * from './document-store.js';
export * from './store-errors.js';
export * from './update-document.js';
export * from './open-store.js';
export * from './installation-lock.js';
