import type { ComponentChildren, JSX } from 'preact';
import { useId } from 'preact/hooks';

/** What ties a control to its label, its hint and what is wrong with it. */
export type ControlTies = Pick<JSX.HTMLAttributes, 'id'> & {
  name: string;
  'aria-describedby': string;
  'aria-invalid': boolean;
  'aria-required': boolean;
};

export interface FieldProps {
  name: string;
  label: string;
  hint: string;
  problem: string | undefined;
  isRequired?: boolean;
  children: (ties: ControlTies) => ComponentChildren;
}

/** One question of a form, with what is wrong with its answer. */
export function Field({ name, label, hint, problem, isRequired = false, children }: FieldProps) {
  const id = useId();
  const ties: ControlTies = {
    id,
    name,
    'aria-describedby': `${id}-hint ${id}-problem`,
    'aria-invalid': problem !== undefined,
    'aria-required': isRequired,
  };
  return (
    <div class="field">
      <label for={id}>
        <span>
          {label} {isRequired && <span class="quiet">required</span>}
        </span>
      </label>
      {children(ties)}
      {problem !== undefined && (
        <p class="problem bad" id={`${id}-problem`}>
          {problem}
        </p>
      )}
      {hint !== '' && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  );
}
