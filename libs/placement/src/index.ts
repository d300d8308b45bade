export * from './booked-node.js';
export * from './placement-request.js';
export { bookHardware, type HardwareAnswer, type HardwareRefusal } from './book-hardware.js';
export { imageForOs } from './images.js';
