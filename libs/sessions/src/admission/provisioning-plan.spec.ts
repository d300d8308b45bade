import type { InstanceId } from '@muster/contracts';
import { describe, expect, it } from 'vitest';
import { planProvisioning, type RunningService } from './provisioning-plan.js';

const settings = { maxFurther: 2, idleMs: 1000 };
const a = 'svc_a' as InstanceId;
const b = 'svc_b' as InstanceId;

function running(instance: InstanceId, sessions: number, rest: Partial<RunningService> = {}): RunningService {
  return { instance, sessions, capacity: 2, provisioned: false, idleMs: 0, ...rest };
}

describe('the wanted number of session services', () => {
  it('stays while one has room', () => {
    expect(planProvisioning([running(a, 1)], { further: 0, draining: [] }, settings)).toEqual({
      further: 0,
      draining: [],
    });
  });

  it('rises by one when all are full, or there is none', () => {
    expect(planProvisioning([running(a, 2)], { further: 0, draining: [] }, settings).further).toBe(1);
    expect(planProvisioning([], { further: 0, draining: [] }, settings).further).toBe(1);
  });

  it('waits for what was asked for before it rises again, and has an end', () => {
    expect(planProvisioning([running(a, 2)], { further: 1, draining: [] }, settings).further).toBe(1);
    const full = [running(a, 2), running(b, 2, { provisioned: true })];
    expect(planProvisioning(full, { further: 1, draining: [] }, settings).further).toBe(2);
    const more = [...full, running('svc_c' as InstanceId, 2, { provisioned: true })];
    expect(planProvisioning(more, { further: 2, draining: [] }, settings).further).toBe(2);
  });

  it('drains one that idles while another has room', () => {
    const idle = running(b, 0, { provisioned: true, idleMs: 1000 });
    expect(planProvisioning([running(a, 1), idle], { further: 1, draining: [] }, settings)).toEqual({
      further: 0,
      draining: [b],
    });
  });

  it('never drains one that was started by hand, nor the last one with room', () => {
    const byHand = [running(a, 1), running(b, 0, { idleMs: 5000 })];
    expect(planProvisioning(byHand, { further: 0, draining: [] }, settings).draining).toEqual([]);
    const last = [running(a, 2), running(b, 0, { provisioned: true, idleMs: 5000 })];
    expect(planProvisioning(last, { further: 1, draining: [] }, settings).draining).toEqual([]);
  });

  it('takes one that drains back before it asks for another, and forgets those that are gone', () => {
    const draining = running(b, 1, { provisioned: true });
    expect(planProvisioning([running(a, 2), draining], { further: 0, draining: [b] }, settings)).toEqual({
      further: 1,
      draining: [],
    });
    expect(planProvisioning([running(a, 1)], { further: 0, draining: [b] }, settings).draining).toEqual([]);
  });
});
