import { Injectable, Inject } from '@nestjs/common';
import { HOST, type Host } from '@muster/hosting';
import { RUNTIME, type Runtime, type Startable } from '@muster/platform';
import { Relay, RelayLease } from '@muster/relaying';

/** The running parts of the relay: its lease, its eye on revocations, its orderly end. */
@Injectable()
export class RelayRunner implements Startable {
  readonly name = 'relay';
  private endRevocations: () => void = () => undefined;

  constructor(
    private readonly relay: Relay,
    private readonly lease: RelayLease,
    @Inject(HOST) private readonly host: Host,
    @Inject(RUNTIME) runtime: Runtime,
  ) {
    runtime.lifecycle.add(this);
  }

  async start(): Promise<void> {
    this.endRevocations = this.host.auth.revocations.onRevoked((revocation) => this.relay.revoked(revocation));
    this.lease.start();
  }

  async stop(): Promise<void> {
    this.lease.stop();
    this.endRevocations();
    await this.relay.stop();
  }
}
