import { closeCodes, type ErrorCode } from '@muster/contracts/wire';

export type ComeBack = 'now' | 'later' | 'no';

interface ClosingCode {
  code: number;
  comeBack: 'no' | 'now' | 'later' | 'new-ticket';
  meaning: string;
}

/** Whether to come back after this closing code. Every reconnect takes a new ticket; unknown codes mean a lost connection. */
export function comeBackAfter(code: number): { comeBack: ComeBack; meaning: string } {
  const known = (Object.values(closeCodes) as ClosingCode[]).find((entry) => entry.code === code);
  if (known === undefined) return { comeBack: 'now', meaning: 'the connection was lost' };
  return { comeBack: known.comeBack === 'new-ticket' ? 'later' : known.comeBack, meaning: known.meaning };
}

/** What open requests end with when the connection is not made again. */
export function errorCodeOf(closeCode: number): ErrorCode {
  if (closeCode === closeCodes.normal.code) return 'cancelled';
  if (closeCode === closeCodes.sessionEnded.code) return 'session-ended';
  if (closeCode === closeCodes.notYours.code) return 'not-allowed';
  if (closeCode === closeCodes.frameTooLarge.code) return 'body-too-large';
  return 'upstream-unavailable';
}
