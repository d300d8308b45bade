export { admitImage, checkContainer, type CheckedContainer, type Decision, type ImageFacts } from './container-body.js';
export { readCall, targetOf, type EngineCall, type Subject } from './engine-call.js';
export { parseFolder } from './folders.js';
export { checkNetwork } from './network-body.js';
export { installationLabel, isOurs, ownsImage, policyProblems, type EnginePolicy } from './policy.js';
export { shown } from './rules.js';
export { parseStrictly } from './strict-json.js';
