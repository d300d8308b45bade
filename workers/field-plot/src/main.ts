import { defineWorker, MusterError, type ActionContext, type Bytes } from '@muster/worker-sdk';
import type { LoadedGeometry } from '../../field-model/src/main.js';
import { decodeField } from '../../field-solver/src/field-frame.js';
import { plotDefaults, plotField, type PlotOptions } from './plot.js';

async function render(body: unknown, context: ActionContext): Promise<Bytes> {
  const options = optionsOf(body);
  const { signal } = context;
  const [model, solution] = await Promise.all([
    context.peers.call<LoadedGeometry>('model', 'get', {}, { signal }),
    context.peers.call<Bytes>('solver', 'field', {}, { signal }),
  ]);
  const field = decodeField(solution.bytes);
  if (field === undefined) throw new MusterError('action-failed', 'The solver answered something that is not a field');
  return { topic: 'image/png', bytes: plotField(field, model.geometry, options) };
}

const limits = { pixels: { min: 64, max: 2048 }, lines: { min: 0, max: 100 } } as const;

function optionsOf(body: unknown): PlotOptions {
  const given = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
  const names = ['pixels', 'lines'] as const;
  const errors = names.flatMap((name) => {
    const value = given[name];
    const { min, max } = limits[name];
    const fits =
      value === undefined || (Number.isInteger(value) && (value as number) >= min && (value as number) <= max);
    return fits ? [] : [{ member: name, reason: `must be a whole number from ${min} to ${max}` }];
  });
  if (errors.length > 0)
    throw new MusterError('invalid-request', 'The options of the picture are not valid', { errors });
  return { ...plotDefaults, ...given };
}

/** Draws what `solver` has solved for the geometry of `model`. */
export default defineWorker({ actions: { render } });
