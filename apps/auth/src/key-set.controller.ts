import { Controller, Get, Header } from '@nestjs/common';
import { KeySetView } from '@muster/contracts';
import { ApiTags } from '@nestjs/swagger';
import { SigningKeys } from '@muster/identity';
import { Route } from '@muster/platform';

@ApiTags('auth')
@Controller('.well-known')
export class KeySetController {
  constructor(private readonly signingKeys: SigningKeys) {}

  @Get('jwks.json')
  @Header('cache-control', 'public, max-age=300')
  @Route({ summary: 'The public keys that access tokens are verified with', needs: 'open', answer: KeySetView })
  get(): ReturnType<SigningKeys['publicKeySet']> {
    return this.signingKeys.publicKeySet();
  }
}
