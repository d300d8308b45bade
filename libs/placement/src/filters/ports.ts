import { hostPortsNeeded } from '../need.js';
import { best } from './amounts.js';
import type { PlacementFilter } from './placement-filter.js';

export const portsFilter: PlacementFilter = {
  name: 'ports',
  applies: () => true,
  passes(need, { node, free }) {
    const ports = hostPortsNeeded(need, node);
    return ports === 0 || free.ports >= ports;
  },
  explain: ({ amounts }, nodes) =>
    `lack ${amounts.ports} host ports (best has ${best(nodes, ({ free }) => free.ports)})`,
};
