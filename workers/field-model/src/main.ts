import { defineWorker, MusterError, type ActionContext } from '@muster/worker-sdk';
import { analyticReference, type AnalyticReference } from './analytic.js';
import type { Geometry } from './geometry.js';
import { readGeometry } from './read-geometry.js';

/** What `get` answers to other workers. */
export interface LoadedGeometry {
  geometry: Geometry;
  /** Rises with every `load`. */
  revision: number;
  /** What theory says, where it says something. */
  reference?: AnalyticReference;
}

let loaded: LoadedGeometry | undefined;

function load(
  body: unknown,
  context: ActionContext,
): Omit<LoadedGeometry, 'geometry'> & { title: string; electrodes: string[] } {
  const { geometry, problems } = readGeometry(body);
  if (geometry === undefined) {
    throw new MusterError('invalid-request', `The geometry has ${problems.length} mistakes`, { errors: problems });
  }
  const reference = analyticReference(geometry);
  loaded = { geometry, revision: (loaded?.revision ?? 0) + 1, ...(reference === undefined ? {} : { reference }) };
  const { geometry: _geometry, ...summary } = loaded;
  context.broadcast('geometry', { title: geometry.title, revision: summary.revision });
  return { ...summary, title: geometry.title, electrodes: geometry.electrodes.map((electrode) => electrode.name) };
}

function get(): LoadedGeometry {
  if (loaded === undefined) throw new MusterError('conflict', 'No geometry is loaded: call load first');
  return loaded;
}

/** Holds the geometry of the session and answers only with one that is valid. */
export default defineWorker({ actions: { load, get } });
