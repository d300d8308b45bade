import { type ControlTies, Field } from './field.js';
import { type Choice, type ParameterField, said } from './parameter-fields.js';

export interface ParameterControlProps {
  field: ParameterField;
  problem: string | undefined;
}

/** Asks for one parameter in the form that suits its kind. */
export function ParameterControl({ field, problem }: ParameterControlProps) {
  const { member, label, hint, isRequired } = field;
  return (
    <Field name={member} label={label} hint={hint} problem={problem} isRequired={isRequired}>
      {(ties) => <Control field={field} ties={ties} />}
    </Field>
  );
}

/** What must be said starts as the schema would have it; what need not be said only shows that. */
function Control({ field: { asks, isRequired, byDefault }, ties }: { field: ParameterField; ties: ControlTies }) {
  const shown = isRequired ? { defaultValue: byDefault } : { placeholder: byDefault };
  if (asks.kind === 'choice')
    return (
      <select {...ties}>
        <option value="">{isRequired ? 'Choose …' : unsaid(asks.choices, byDefault)}</option>
        {asks.choices.map(({ label, value }) => (
          <option key={label} value={said(value)} selected={isRequired && said(value) === byDefault}>
            {label}
          </option>
        ))}
      </select>
    );
  if (asks.kind === 'json') return <textarea {...ties} {...shown} class="json" rows={4} spellcheck={false} />;
  const isNumber = asks.kind === 'number';
  return (
    <input
      {...ties}
      {...shown}
      autocomplete="off"
      inputMode={isNumber ? (asks.isWhole ? 'numeric' : 'decimal') : 'text'}
    />
  );
}

function unsaid(choices: readonly Choice[], byDefault: string): string {
  const choice = choices.find(({ value }) => said(value) === byDefault);
  return choice === undefined ? 'Nothing said' : `${choice.label} (by default)`;
}
