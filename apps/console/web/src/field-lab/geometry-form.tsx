import { examples, textOf } from './examples.js';
import type { GeometryDraft } from './geometry-draft.js';

export interface GeometryFormProps {
  text: string;
  draft: GeometryDraft;
  change(text: string): void;
}

/** Chooses a geometry, and changes it. */
export function GeometryForm({ text, draft, change }: GeometryFormProps) {
  const chosen = Object.keys(examples).find((name) => textOf(examples[name]) === text);
  return (
    <>
      <label>
        Geometry
        <select value={chosen ?? ''} onChange={(event) => change(textOf(examples[event.currentTarget.value]))}>
          {chosen === undefined && <option value="">Your own</option>}
          {Object.keys(examples).map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </label>
      <details>
        <summary>Change it as JSON</summary>
        <label>
          <span class="hidden-text">Geometry as JSON</span>
          <textarea
            class="json"
            rows={14}
            spellcheck={false}
            value={text}
            aria-invalid={draft.problems.length > 0}
            aria-describedby="geometry-problems"
            onInput={(event) => change(event.currentTarget.value)}
          />
        </label>
      </details>
      <ul id="geometry-problems" class="geometry-problems" aria-live="polite">
        {draft.problems.map(({ member, reason }, index) => (
          <li key={index}>
            <code>{member}</code> {reason}
          </li>
        ))}
      </ul>
    </>
  );
}
