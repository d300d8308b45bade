import { type ControlTies, Field } from './field.js';
import { type ParameterField, said } from './parameter-fields.js';

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

function Control({ field: { asks, isRequired, schema }, ties }: { field: ParameterField; ties: ControlTies }) {
  const byDefault = schema.default === undefined ? '' : said(schema.default);
  if (asks.kind === 'choice')
    return (
      <select {...ties}>
        <option value="">{isRequired ? 'Choose …' : 'Nothing said'}</option>
        {asks.choices.map(({ label, value }) => (
          <option key={label} value={said(value)}>
            {label}
          </option>
        ))}
      </select>
    );
  if (asks.kind === 'json') return <textarea {...ties} class="json" rows={4} spellcheck={false} placeholder="{ }" />;
  const isNumber = asks.kind === 'number';
  return (
    <input
      {...ties}
      autocomplete="off"
      inputMode={isNumber ? (asks.isWhole ? 'numeric' : 'decimal') : 'text'}
      placeholder={byDefault}
    />
  );
}
