import type { CommandDefinition } from '../command-definition.js';
import type { Context } from '../context.js';
import { examine } from '../doctor/examine.js';
import type { Finding, Level } from '../doctor/finding.js';
import { exitWith } from '../exit-codes.js';
import { count } from '@muster/wording';
import { oneLine, type Paint } from '../output/paint.js';

export const doctorCommand: CommandDefinition = {
  name: 'doctor',
  summary: 'Examine an installation, and say what to fix',
  details: [
    'Looks at this computer (Node, login file, disk), the address, clocks, releases, login, services, nodes and their back ends, the catalogue and the queue. The exit status is 1 when something is wrong, 0 when there are only warnings.',
  ],
  examples: [
    { line: 'muster doctor', does: 'is everything well' },
    {
      line: 'muster doctor --json | jq \'.findings[] | select(.level == "error")\'',
      does: 'what is wrong, for a script',
    },
  ],
  run: doctor,
};

async function doctor(context: Context): Promise<number> {
  const { output } = context;
  const findings = await examine(context);
  const errors = findings.filter(({ level }) => level === 'error').length;
  const warnings = findings.filter(({ level }) => level === 'warning').length;
  output.document({ isWell: errors === 0, findings }, () => {
    const end = errors + warnings === 0 ? 'all is well' : `${count(errors, 'error')}, ${count(warnings, 'warning')}`;
    return `${findings.map((each) => findingText(each, output.paint)).join('')}\n${end}\n`;
  });
  return errors > 0 ? exitWith('failed') : exitWith('done');
}

const signs: Record<Level, string> = { ok: 'ok', note: '-', warning: 'warn', error: 'FAIL' };

function findingText({ check, level, text, fix }: Finding, paint: Paint): string {
  const colour = { ok: paint.good, note: paint.quiet, warning: paint.warning, error: paint.bad }[level];
  const advice = fix === undefined ? '' : `      fix: ${oneLine(fix)}\n`;
  return `${colour(signs[level].padEnd(4))}  ${check.padEnd(12)}  ${oneLine(text)}\n${advice}`;
}
