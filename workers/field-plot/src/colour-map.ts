export type Colour = readonly [red: number, green: number, blue: number];

/** Viridis at equal distances: equal steps of the value look equally large, also in grey and to the colour-blind. */
const viridis: readonly Colour[] = [
  [68, 1, 84],
  [72, 40, 120],
  [62, 73, 137],
  [49, 104, 142],
  [38, 130, 142],
  [31, 158, 137],
  [53, 183, 121],
  [110, 206, 88],
  [181, 222, 43],
  [253, 231, 37],
];

/** The colour of a value from 0 to 1; outside of it, of the nearer end. */
export function colourOf(value: number): Colour {
  const place = Math.min(1, Math.max(0, Number.isFinite(value) ? value : 0)) * (viridis.length - 1);
  const index = Math.min(viridis.length - 2, Math.floor(place));
  return blend(viridis[index]!, viridis[index + 1]!, place - index);
}

/** A part `amount` (0 to 1) of `over` on `under`. */
export function blend(under: Colour, over: Colour, amount: number): Colour {
  const mix = (low: number, high: number): number => Math.round(low + amount * (high - low));
  return [mix(under[0], over[0]), mix(under[1], over[1]), mix(under[2], over[2])];
}
