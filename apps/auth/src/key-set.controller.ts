import { Controller, Get, Header } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { SigningKeys } from '@muster/identity';
import { Open } from '@muster/platform';

@ApiTags('auth')
@Controller('.well-known')
export class KeySetController {
  constructor(private readonly signingKeys: SigningKeys) {}

  /** The public keys that access tokens are verified with (RFC 7517). */
  @Get('jwks.json')
  @Open()
  @Header('cache-control', 'public, max-age=300')
  @ApiOkResponse({ schema: { type: 'object', properties: { keys: { type: 'array', items: { type: 'object' } } } } })
  keySet(): ReturnType<SigningKeys['publicKeySet']> {
    return this.signingKeys.publicKeySet();
  }
}
