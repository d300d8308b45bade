import type { CommandDefinition } from '../command-definition.js';
import type { Context } from '../context.js';
import { explainText } from '../explaining/explain-text.js';
import { explainType } from '@muster/catalogue/explain-type';
import type { Given } from '../given.js';

export const explainCommand: CommandDefinition = {
  name: 'explain',
  summary: 'Say where a session of a type would go now, and why not elsewhere',
  details: [
    'A dry run: nothing is reserved and nothing is started. What each node lacks is told, and whether waiting helps.',
  ],
  arguments: [{ name: 'TYPE', description: 'Session type', offers: 'types' }],
  examples: [{ line: 'muster explain field-lab', does: 'would it start, and where' }],
  run: explain,
};

async function explain({ account, output }: Context, given: Given): Promise<void> {
  const explained = await explainType(await account.client(), given.required('type'));
  output.document(explained, () => explainText(explained, output.paint));
}
