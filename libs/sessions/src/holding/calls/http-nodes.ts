import type {
  FenceOnNode,
  FenceOnNodeAnswer,
  StartOnNode,
  StartOnNodeAnswer,
  StopOnNode,
  StopOnNodeAnswer,
  WorkloadId,
} from '@muster/contracts';
import type { LogsAsk, NodePort } from '../ports.js';
import type { ServiceCalls } from './service-calls.js';

export class HttpNodes implements NodePort {
  constructor(private readonly calls: ServiceCalls) {}

  start(address: string, body: StartOnNode, signal: AbortSignal): Promise<StartOnNodeAnswer> {
    return this.calls.toAddress(address, { method: 'POST', path: '/workloads/start', body, signal });
  }

  stop(address: string, body: StopOnNode, signal: AbortSignal): Promise<StopOnNodeAnswer> {
    return this.calls.toAddress(address, { method: 'POST', path: '/workloads/stop', body, signal });
  }

  fence(address: string, body: FenceOnNode, signal: AbortSignal): Promise<FenceOnNodeAnswer> {
    return this.calls.toAddress(address, { method: 'POST', path: '/fence', body, signal });
  }

  logs(address: string, workload: WorkloadId, { follow }: LogsAsk, signal: AbortSignal): Promise<Response> {
    return this.calls.streamFrom(address, {
      method: 'GET',
      path: `/workloads/${workload}/logs?follow=${follow}`,
      signal,
    });
  }
}
