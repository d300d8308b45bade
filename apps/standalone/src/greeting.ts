import type { RunningHost } from '@muster/hosting';

/** Tells the person who started it where everything is; on the error stream, since the log has the other one. */
export function greet({ host }: RunningHost): void {
  const { publicUrl } = host.runtime.addresses;
  process.stderr.write(
    [
      '',
      '  Muster is running',
      `    API and front page  ${publicUrl}/`,
      `    Swagger UI          ${publicUrl}/docs`,
      `    Log in              POST ${publicUrl}/v1/auth/login as admin`,
      '    Stop                Ctrl-C',
      '',
      '',
    ].join('\n'),
  );
}
