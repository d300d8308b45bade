import type { MusterError } from '@muster/client';
import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { useInstallation } from '../installation/use-installation.js';
import { problemOf } from '../installation/use-polled.js';
import { ProblemNotice } from '../parts/problem-notice.js';
import type { SessionPanelProps } from '../parts/session-panel.js';
import { panels } from './panels.js';

/** What the application of this session type adds to the page, if it adds something. */
export function PanelHost({ type, sessionId }: { type: string; sessionId: string }) {
  const { client } = useInstallation();
  const [loaded, setLoaded] = useState<{ Panel?: ComponentType<SessionPanelProps>; problem?: MusterError }>({});
  const load = Object.hasOwn(panels, type) ? panels[type] : undefined;
  useEffect(() => {
    load?.().then(
      (Panel) => setLoaded({ Panel }),
      (error: unknown) => setLoaded({ problem: problemOf(error) }),
    );
  }, [load]);
  if (load === undefined) return null;
  const { Panel, problem } = loaded;
  if (problem !== undefined) return <ProblemNotice problem={problem} />;
  return Panel === undefined ? (
    <p class="card waiting panel-loading">Loading …</p>
  ) : (
    <Panel sessionId={sessionId} client={client} />
  );
}
