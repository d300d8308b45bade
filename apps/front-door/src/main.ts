import { runFrontDoor } from './run-front-door.js';

await runFrontDoor(process.env);
