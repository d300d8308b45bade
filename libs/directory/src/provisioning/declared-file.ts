import { readFile } from 'node:fs/promises';
import { problemsOf } from '@muster/contracts';

/** What an operator declared in a file cannot be; the message names the file and every wrong member. */
export class DeclaredFileInvalid extends Error {
  override readonly name = 'DeclaredFileInvalid';
  readonly code = 'declared-file-invalid';
}

/** A file (YAML or JSON) that has this form. Throws DeclaredFileInvalid. */
export async function readDeclaredFile<T extends object>(path: string, form: new () => T): Promise<T> {
  const value = await readYaml(path);
  const problems = problemsOf(form, value).map(({ member, reason }) => `${member || 'the file'} ${reason}`);
  if (problems.length > 0) throw new DeclaredFileInvalid(`${path}: ${problems.join('; ')}`);
  return value as T;
}

async function readYaml(path: string): Promise<unknown> {
  const { parse } = await import('yaml');
  try {
    return parse(await readFile(path, 'utf8')) ?? {};
  } catch (cause) {
    throw new DeclaredFileInvalid(`${path} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  }
}
