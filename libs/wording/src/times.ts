const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** A length of time as people say it: `850 ms`, `4.2 s`, `3 min`, `2 h 5 min`, `3 d 4 h`. */
export function duration(ms: number): string {
  const length = Math.max(0, ms);
  if (length < second) return `${Math.round(length)} ms`;
  if (length < 10 * second) return `${(length / second).toFixed(1)} s`;
  if (length < 100 * second) return `${Math.round(length / second)} s`;
  const minutes = Math.round(length / minute);
  if (minutes < hour / minute) return `${minutes} min`;
  if (minutes < day / minute) return twoUnits(minutes, 60, ['h', 'min']);
  return twoUnits(Math.round(length / hour), 24, ['d', 'h']);
}

function twoUnits(small: number, perLarge: number, [largeName, smallName]: readonly [string, string]): string {
  const large = Math.floor(small / perLarge);
  const rest = small % perLarge;
  return rest === 0 ? `${large} ${largeName}` : `${large} ${largeName} ${rest} ${smallName}`;
}

/** `3 min ago`; `just now` for what was less than a second ago, or comes from a clock that is ahead. '' for none. */
export function ago(time: string | null | undefined, nowMs: number): string {
  if (time === null || time === undefined) return '';
  const passedMs = nowMs - Date.parse(time);
  return passedMs < second ? 'just now' : `${duration(passedMs)} ago`;
}

/** `in about 4 s`, or that nobody knows. */
export function expected(estimatedStartMs: number | null): string {
  if (estimatedStartMs === null) return 'start not known yet';
  return estimatedStartMs < second ? 'starts any moment' : `starts in about ${duration(estimatedStartMs)}`;
}
