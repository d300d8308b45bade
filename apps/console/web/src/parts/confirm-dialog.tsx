import type { MusterError } from '@muster/client';
import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { problemOf } from '../installation/use-polled.js';
import { ProblemNotice } from './problem-notice.js';

export interface ConfirmDialogProps {
  /** As a question: `Close this session?` */
  title: string;
  /** What the button says that does it: `Close session`. */
  action: string;
  /** What was done cannot be undone. */
  isDestructive?: boolean;
  /** What it means, and fields to fill in. */
  children?: ComponentChildren;
  /** The dialog stays open, and says why, where this is rejected. */
  onConfirm: (fields: FormData) => Promise<void>;
  /** It is closed, done or not; whoever shows it takes it away. */
  onClose: () => void;
}

/** Asks before something is done. It opens when it is shown; the focus goes back to where it came from. */
export function ConfirmDialog({
  title,
  action,
  isDestructive = false,
  children,
  onConfirm,
  onClose,
}: ConfirmDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  const [problem, setProblem] = useState<MusterError>();
  const [isBusy, setBusy] = useState(false);
  useEffect(() => dialog.current?.showModal(), []);
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget as HTMLFormElement);
    setBusy(true);
    setProblem(undefined);
    try {
      await onConfirm(fields);
      dialog.current?.close();
    } catch (error) {
      setProblem(problemOf(error));
      setBusy(false);
    }
  };
  return (
    <dialog ref={dialog} aria-labelledby={titleId} onClose={onClose}>
      <form onSubmit={(event) => void submit(event)}>
        <h2 id={titleId}>{title}</h2>
        {children}
        {problem !== undefined && <ProblemNotice problem={problem} />}
        <p class="actions end">
          <button type="button" autofocus={isDestructive} onClick={() => dialog.current?.close()}>
            Cancel
          </button>
          <button class={isDestructive ? 'primary bad' : 'primary'} disabled={isBusy}>
            {isBusy ? 'One moment …' : action}
          </button>
        </p>
      </form>
    </dialog>
  );
}
