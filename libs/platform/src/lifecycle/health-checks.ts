/** A condition of readiness; resolves when all is well, rejects with the reason. */
export interface HealthCheck {
  service: string;
  name: string;
  check: () => Promise<void>;
}

/** What the services of this process need to be ready; Terminus asks them all. */
export class HealthChecks {
  readonly checks: HealthCheck[] = [];
  add(check: HealthCheck): void {
    this.checks.push(check);
  }
}
