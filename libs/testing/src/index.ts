export { aNode, type NodeBuilder } from './builders/node.builder.js';
export { aRequest } from './builders/placement-request.builder.js';
