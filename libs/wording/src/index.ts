/** How amounts and times are said to people, by the command line and the page alike. */
export { bytes, cores, count } from './amounts.js';
export { ago, duration, expected } from './times.js';
