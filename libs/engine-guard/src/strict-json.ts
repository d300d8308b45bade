const maxDepth = 32;
/** In valid JSON these are all its strings and all its punctuation. */
const tokens = /"(?:[^"\\]|\\.)*"|[{}[\]:,]/g;

export type Parsed = { readonly value: unknown } | { readonly reason: string };

/**
 * JSON that every reader understands in the same way: no member twice, no deep nesting, no number that changes when it is
 * written again, no broken Unicode.
 */
export function parseStrictly(text: string): Parsed {
  if (depthOf(text) > maxDepth) return { reason: `the JSON is nested deeper than ${maxDepth} levels` };
  try {
    const value: unknown = JSON.parse(text, refuseUnsafe);
    const twice = memberWrittenTwice(text);
    return twice === undefined ? { value } : { reason: `the member ${twice} is written twice` };
  } catch (error) {
    return { reason: error instanceof UnsafeValue ? error.message : 'the body is not JSON' };
  }
}

class UnsafeValue extends Error {
  override readonly name = 'UnsafeValue';
}

function refuseUnsafe(key: string, value: unknown): unknown {
  if (typeof value === 'number' && !Number.isSafeInteger(value))
    throw new UnsafeValue('the JSON has a number that is not a whole number, or too large');
  if (!key.isWellFormed() || (typeof value === 'string' && !value.isWellFormed()))
    throw new UnsafeValue('the JSON has a text that is not valid Unicode');
  return value;
}

function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (const [token] of text.matchAll(tokens)) {
    if (token === '{' || token === '[') deepest = Math.max(deepest, (depth += 1));
    if (token === '}' || token === ']') depth -= 1;
  }
  return deepest;
}

/** A text before a colon names a member; names are compared as they mean, so that `\u0061` is `a`. */
function memberWrittenTwice(text: string): string | undefined {
  const open: Set<string>[] = [];
  let last = '';
  for (const [token] of text.matchAll(tokens)) {
    if (token === '{' || token === '[') open.push(new Set());
    else if (token === '}' || token === ']') open.pop();
    else if (token === ':') {
      const members = open.at(-1);
      if (members?.has(last) === true) return last.slice(0, 100);
      members?.add(last);
    } else if (token !== ',') last = JSON.stringify(JSON.parse(token));
  }
  return undefined;
}
