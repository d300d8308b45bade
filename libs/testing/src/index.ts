export { aNode, type NodeBuilder } from './builders/node.builder.js';
export { aRequest } from './builders/placement-request.builder.js';
export { buildKeeper } from './build-keeper.js';
export { FakeClock } from './fake-clock.js';
export { SeededRandom } from './seeded-random.js';
export { cheapPasswords, startIdentity, testInstallationKey, testIssuer, type IdentityUnderTest } from './start-identity.js';
export { FakeBackend, fakeCapabilities } from './fake-backend.js';
export { FakeEngine, type FakeEngineOptions, type FakeStart } from './fake-engine.js';
export { type FakeProgram, FakeWorkload } from './fake-workload.js';
