import { bytes } from '@muster/wording';
import type { Solution } from './use-solver.js';

const picofarads = (farads: number): string => `${(farads * 1e12).toFixed(3)} pF/m`;

/** What was computed, beside what theory says. */
export function SolveResult({ solution: { answer, frames, frameBytes } }: { solution: Solution }) {
  if (answer === undefined) return null;
  const { capacitanceFaradsPerMetre: capacitance, reference, relativeError, cells, iterations } = answer;
  return (
    <dl class="result" aria-label="Result">
      {capacitance !== undefined && <Value name="Capacitance">{picofarads(capacitance)}</Value>}
      {reference !== undefined && <Value name="Theory">{picofarads(reference.capacitancePerMetre)}</Value>}
      {relativeError !== undefined && <Value name="Difference">{`${(100 * relativeError).toFixed(4)} %`}</Value>}
      <Value name="Energy">{`${(answer.energyJoulesPerMetre * 1e12).toFixed(3)} pJ/m`}</Value>
      <Value name="Grid">{cells.join(' × ')}</Value>
      <Value name="Iterations">{iterations}</Value>
      <Value name="Received">{`${frames} frames, ${bytes(frameBytes)}`}</Value>
    </dl>
  );
}

function Value({ name, children }: { name: string; children: string | number }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
