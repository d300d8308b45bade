export interface MeterProps {
  label: string;
  used: number;
  total: number;
  /** An amount in words: `bytes`, `cores`. */
  say?: (amount: number) => string;
}

const nearlyFull = 0.9;

/** How much of an amount is taken: in words, and as a bar. */
export function Meter({ label, used, total, say = String }: MeterProps) {
  const share = total > 0 ? Math.min(1, Math.max(0, used / total)) : 0;
  const text = `${say(used)} of ${say(total)}`;
  return (
    <div
      class={share >= nearlyFull ? 'meter full' : 'meter'}
      role="meter"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={total}
      aria-valuenow={used}
      aria-valuetext={`${text} taken`}
    >
      <span class="meter-label">{label}</span>
      <span class="meter-text">{text}</span>
      <span class="meter-bar" style={{ '--share': String(share) }} />
    </div>
  );
}
