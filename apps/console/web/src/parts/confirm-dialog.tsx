import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';

export interface ConfirmDialogProps {
  title: string;
  /** What the button that does it says. */
  action: string;
  isOpen: boolean;
  onConfirm(): void;
  onCancel(): void;
  children?: ComponentChildren;
}

/** Asks before something is done that cannot be undone; the browser gives the focus back to where it was. */
export function ConfirmDialog({ title, action, isOpen, onConfirm, onCancel, children }: ConfirmDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useEffect(() => {
    if (isOpen) dialog.current?.showModal();
    else dialog.current?.close();
  }, [isOpen]);
  return (
    <dialog ref={dialog} class="confirm" aria-labelledby={titleId} onClose={() => isOpen && onCancel()}>
      <h2 id={titleId}>{title}</h2>
      {children}
      <p class="actions">
        <button onClick={onCancel}>Cancel</button>
        <button class="destructive" onClick={onConfirm}>
          {action}
        </button>
      </p>
    </dialog>
  );
}
