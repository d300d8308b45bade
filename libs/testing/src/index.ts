export { aNode, type NodeBuilder } from './builders/node.builder.js';
export { aRequest } from './builders/placement-request.builder.js';
export { buildKeeper } from './build-keeper.js';
