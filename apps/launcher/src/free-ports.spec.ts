import { describe, expect, it } from 'vitest';
import { freePorts } from './free-ports.js';

describe('the ports of the services that a launcher starts', () => {
  it('differ, and are none that an outgoing connection may take before its service listens', async () => {
    const ports = await freePorts(50);
    expect(new Set(ports).size).toBe(50);
    expect(ports.filter((port) => port < 23_000 || port > 32_767)).toEqual([]);
  });
});
