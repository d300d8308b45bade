import type { ComponentType } from 'preact';
import type { SessionPanelProps } from '../parts/session-panel.js';

/**
 * What applications add to the page of their sessions, by session type. A panel is loaded when a session of its type is looked
 * at, so that it costs the other pages nothing.
 */
export const panels: Readonly<Record<string, () => Promise<ComponentType<SessionPanelProps>>>> = {
  'field-lab': async () => (await import('../field-lab/field-lab-panel.js')).FieldLabPanel,
};
