import { EnumField, NestedMapField, TextField } from './fields.js';

/** One check of a service's health. */
export class HealthCheckView {
  @EnumField(['up', 'down'], 'HealthCheckStatus') status: 'up' | 'down';
  @TextField({ optional: true, description: 'Why it is down' }) reason?: string;
}

/** The health of a service while all its checks are up; otherwise the answer is the problem `not-ready` with the same details. */
export class HealthView {
  @EnumField(['ok'], 'HealthStatus') status: 'ok';
  @NestedMapField(() => HealthCheckView, { description: 'What is up' }) info: Record<string, HealthCheckView>;
  @NestedMapField(() => HealthCheckView, { description: 'What is down' }) error: Record<string, HealthCheckView>;
  @NestedMapField(() => HealthCheckView, { description: 'All checks' }) details: Record<string, HealthCheckView>;
}
