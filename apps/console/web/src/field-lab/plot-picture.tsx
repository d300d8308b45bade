import type { MusterError, SessionConnection } from '@muster/client';
import { useEffect, useState } from 'preact/hooks';
import { problemOf } from '../installation/use-polled.js';
import { ProblemNotice } from '../parts/problem-notice.js';

/** The picture that the worker `plot` draws of the last solution, to be kept. */
export function PlotPicture({ connection }: { connection: SessionConnection }) {
  const [address, setAddress] = useState<string>();
  const [problem, setProblem] = useState<MusterError>();
  const [isBusy, setBusy] = useState(false);
  useEffect(() => () => (address === undefined ? undefined : URL.revokeObjectURL(address)), [address]);
  const draw = async (): Promise<void> => {
    setBusy(true);
    setProblem(undefined);
    try {
      const { bytes } = await connection.call<{ bytes: Uint8Array<ArrayBuffer> }>(
        'plot',
        'render',
        {},
        { idempotent: true },
      );
      setAddress(URL.createObjectURL(new Blob([bytes], { type: 'image/png' })));
    } catch (error) {
      setProblem(problemOf(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <div class="picture">
      <p class="actions">
        <button aria-disabled={isBusy} onClick={() => void (isBusy || draw())}>
          {isBusy ? 'Drawing …' : 'Draw a picture'}
        </button>
        {address !== undefined && (
          <a class="button" href={address} download="field.png">
            Download field.png
          </a>
        )}
      </p>
      {problem !== undefined && <ProblemNotice problem={problem} />}
      {address !== undefined && <img src={address} alt="The field, drawn by the worker plot" />}
    </div>
  );
}
