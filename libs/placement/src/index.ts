export * from './booked-node.js';
export * from './placement-request.js';
export { bookHardware, type HardwareAnswer, type HardwareRefusal } from './book-hardware.js';
export { imageForOs } from './images.js';
export { planPlacement } from './plan-placement.js';
export { explainPlacement } from './explain-placement.js';
