import { useMemo, useRef, useState } from 'preact/hooks';
import { ProblemNotice } from '../parts/problem-notice.js';
import type { SessionPanelProps } from '../parts/session-panel.js';
import { ConnectionEnd, ConnectionLine } from './connection-line.js';
import { examples, firstExample, textOf } from './examples.js';
import './field-lab.css';
import { FieldStage } from './field-stage.js';
import { readDraft } from './geometry-draft.js';
import { GeometryParts } from './geometry-drawing.js';
import { GeometryForm } from './geometry-form.js';
import { PlotPicture } from './plot-picture.js';
import { SolveResult } from './solve-result.js';
import { useConnection } from './use-connection.js';
import { type Solver, useSolver } from './use-solver.js';

const gridSizes = [64, 128, 256, 512, 1024];

/** A browser client of the session type `field-lab`: one WebSocket to all its workers. */
export function FieldLabPanel({ sessionId, client }: SessionPanelProps) {
  const live = useConnection(client, sessionId);
  const solver = useSolver(live.connection);
  const [text, setText] = useState(textOf(examples[firstExample]));
  const [gridCells, setGridCells] = useState(256);
  const draft = useMemo(() => readDraft(text), [text]);
  // What was drawn last stays while the text is not a geometry.
  const last = useRef(draft.geometry);
  const shown = (last.current = draft.geometry ?? last.current);
  const isSolved = solver.geometry === shown;
  const connection = live.state === 'closed' ? undefined : live.connection;
  const canSolve = connection !== undefined && draft.geometry !== undefined;
  return (
    <section class="card field-lab" aria-labelledby="field-lab-title">
      <header class="card-head">
        <h2 id="field-lab-title">Field lab</h2>
        <ConnectionLine {...live} />
      </header>
      <div class="lab">
        <div class="orders">
          <GeometryForm text={text} draft={draft} change={setText} />
          <label>
            Cells along the longer side
            <select value={gridCells} onChange={(event) => setGridCells(Number(event.currentTarget.value))}>
              {gridSizes.map((size) => (
                <option key={size}>{size}</option>
              ))}
            </select>
          </label>
          <SolveButton solver={solver} canSolve={canSolve} solve={() => solver.solve(draft.geometry!, gridCells)} />
          <ConnectionEnd live={live} connectAgain={live.connectAgain} />
          {solver.problem !== undefined && <ProblemNotice problem={solver.problem} />}
          {isSolved && <SolveResult solution={solver} />}
          {isSolved && solver.answer !== undefined && connection !== undefined && (
            <PlotPicture connection={connection} />
          )}
        </div>
        {shown !== undefined && (
          <div class="view">
            <p class="subject">{shown.title}</p>
            <FieldStage geometry={shown} frame={isSolved ? solver.frame : undefined} />
            <GeometryParts geometry={shown} />
          </div>
        )}
      </div>
    </section>
  );
}

interface SolveButtonProps {
  solver: Solver;
  canSolve: boolean;
  solve(): void;
}

/** One button for both, so that who pressed it stands on it still when it has become the other. */
function SolveButton({ solver: { isBusy, progress, cancel }, canSolve, solve }: SolveButtonProps) {
  return (
    <div class="solve">
      <button class={isBusy ? '' : 'primary'} disabled={!isBusy && !canSolve} onClick={isBusy ? cancel : solve}>
        {isBusy ? 'Cancel' : 'Solve'}
      </button>
      <div class="progress">
        {isBusy && (
          <>
            <progress aria-label="Solving" max={1} value={progress?.done ?? 0} />
            <small class="quiet">{progress?.text ?? 'asking the workers'}</small>
          </>
        )}
      </div>
    </div>
  );
}
