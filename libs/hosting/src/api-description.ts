import { DocumentBuilder, type OpenAPIObject } from '@nestjs/swagger';
import { version } from '@muster/platform';

/** What a reader of the API documents finds, in the order in which most will need it. */
const tags = {
  sessions: 'Start a session, follow it, connect to it, end it',
  auth: 'Log in and out; who you are',
  queue: 'What waits and why',
  'session-types': 'Catalogue: which workers make a session. Entries of files can only be read here',
  'worker-types': 'Catalogue: how each kind of worker is run and what it needs',
  tokens: 'Your own API tokens, for programs',
  placements: 'Where work would go, without starting it',
  nodes: 'The computers that run the workers',
  users: 'Accounts and their roles',
  audit: 'Who did what',
  system: 'The installation: services, versions, log level',
  health: 'Probes; every service answers them on both of its listeners',
};

const introduction = `The control plane for interactive applications made of many services.

**To try it here:** call \`POST /v1/auth/login\`, copy \`accessToken\` from the answer, press **Authorize** and enter it.

- Lists answer \`items\` and \`nextCursor\`; give it as \`cursor\` for the next page. Absent: there is no more.
- Times are ISO 8601 in UTC, sizes are bytes, durations are ms. Unknown members in requests are refused by name.
- Every error is \`application/problem+json\` (RFC 9457) with a stable \`code\`; 429 and 503 say in \`Retry-After\` when to come back.
- \`GET /v1/connect?ticket=\` is the WebSocket to a session (subprotocol \`muster.v1\`); get a ticket with \`POST /v1/sessions/{id}/tickets\`.`;

/** Everything of the OpenAPI document that no route says. */
export function apiDescription(): Omit<OpenAPIObject, 'paths'> {
  const builder = new DocumentBuilder()
    .setTitle('Muster')
    .setDescription(introduction)
    .setVersion(version)
    .setLicense('Apache-2.0', 'https://www.apache.org/licenses/LICENSE-2.0')
    .addBearerAuth({
      type: 'http',
      scheme: 'bearer',
      description: 'The `accessToken` of a login, or an API token (`mst_...`)',
    });
  for (const [name, text] of Object.entries(tags)) builder.addTag(name, text);
  return builder.build();
}
