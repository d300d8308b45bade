/** `note`: it could not be looked at, which is no fault. */
export type Level = 'ok' | 'note' | 'warning' | 'error';

/** What one check found, and what to do about it. */
export interface Finding {
  check: string;
  level: Level;
  text: string;
  fix?: string;
}

export const ok = (check: string, text: string): Finding => ({ check, level: 'ok', text });
export const note = (check: string, text: string): Finding => ({ check, level: 'note', text });
export const warning = (check: string, text: string, fix: string): Finding => ({ check, level: 'warning', text, fix });
export const error = (check: string, text: string, fix: string): Finding => ({ check, level: 'error', text, fix });
