const key = String.raw`(?:[a-z0-9][a-z0-9.-]*/)?[A-Za-z0-9][A-Za-z0-9_.-]*`;
const value = String.raw`[A-Za-z0-9_.-]*`;
const requirement = new RegExp(
  String.raw`^(?:!?\s*${key}|${key}\s*(?:==?|!=)\s*${value}|${key}\s+(?:in|notin)\s*\(\s*${value}(?:\s*,\s*${value})*\s*\))$`,
);
const commaBetweenRequirements = /,(?![^()]*\))/;

/**
 * Whether it has the form of a label selector: `key`, `!key`, `key=value`, `key!=value`, `key in (a, b)`, `key notin (a, b)`, separated by
 * commas (https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors). What it means is the API server's to say.
 */
export function isLabelSelector(text: string): boolean {
  return text.length <= 1024 && text.split(commaBetweenRequirements).every((part) => requirement.test(part.trim()));
}
