import type { MusterError } from '@muster/client';
import type { CreateSession, SessionTypeView } from '@muster/contracts';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { useInstallation } from '../installation/use-installation.js';
import { problemOf } from '../installation/use-polled.js';
import { ProblemNotice } from '../parts/problem-notice.js';
import { goTo } from '../route.js';
import { Field } from './field.js';
import { RequestKeys } from './request-keys.js';
import { ParameterControl } from './parameter-control.js';
import { fieldsOf } from './parameter-fields.js';
import { placeProblems } from './place-problems.js';
import { type Problems, readForm } from './read-form.js';

const generalMembers = ['project', 'priority', 'deadlineMs'];

export function OpeningForm({ type }: { type: SessionTypeView }) {
  const { client } = useInstallation();
  const fields = useMemo(() => fieldsOf(type.parameters), [type]);
  const keys = useRef(new RequestKeys());
  const form = useRef<HTMLFormElement>(null);
  const [problems, setProblems] = useState<Problems>({});
  const [refusal, setRefusal] = useState<MusterError>();
  const [isBusy, setBusy] = useState(false);
  useEffect(() => {
    form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [problems]);
  const refuse = (error: MusterError): void => {
    const { at, rest } = placeProblems(error, [...fields.map(({ member }) => member), ...generalMembers]);
    setProblems(at);
    // What stands at the fields, where the focus goes, need not be said twice.
    setRefusal(Object.keys(at).length > 0 && rest.errors?.length === 0 ? undefined : rest);
    setBusy(false);
  };
  const open = (request: CreateSession): void => {
    setBusy(true);
    client.sessions.create(request, { idempotencyKey: keys.current.of(request) }).then(
      ({ id }) => goTo('sessions', id),
      (error: unknown) => refuse(problemOf(error)),
    );
  };
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const entries = Object.fromEntries(new FormData(event.currentTarget as HTMLFormElement)) as Record<string, string>;
    const read = readForm(type.name, fields, entries);
    setProblems(read.problems ?? {});
    setRefusal(undefined);
    if (read.request !== undefined) open(read.request);
  };
  return (
    <form class="card opening-form" ref={form} noValidate onSubmit={submit}>
      <GeneralFields problems={problems} usualPriority={type.priority} />
      {fields.some(({ name }) => name !== undefined) && <h2>Parameters</h2>}
      {fields.map((field) => (
        <ParameterControl key={field.member} field={field} problem={problems[field.member]} />
      ))}
      {refusal !== undefined && <ProblemNotice problem={refusal} />}
      <p class="actions">
        <button class="primary" disabled={isBusy}>
          {isBusy ? 'Opening …' : 'Open'}
        </button>
      </p>
    </form>
  );
}

function GeneralFields({ problems, usualPriority = 50 }: { problems: Problems; usualPriority: number | undefined }) {
  return (
    <>
      <Field
        name="project"
        label="Project"
        hint="What it is for, if you like. A project is open in one session at a time."
        problem={problems['project']}
      >
        {(ties) => <input {...ties} maxLength={128} autocomplete="off" />}
      </Field>
      <div class="side-by-side">
        <Field
          name="priority"
          label="Priority"
          hint="0 to 100; higher goes first among yours"
          problem={problems['priority']}
        >
          {(ties) => <input {...ties} inputMode="numeric" autocomplete="off" placeholder={String(usualPriority)} />}
        </Field>
        <Field
          name="deadlineMs"
          label="Give up after"
          hint="Minutes until it must have started"
          problem={problems['deadlineMs']}
        >
          {(ties) => <input {...ties} inputMode="decimal" autocomplete="off" placeholder="never" />}
        </Field>
      </div>
    </>
  );
}
