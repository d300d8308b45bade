import { Body, Controller, Get, HttpCode, Ip, Post, Query } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import {
  RevocationQuery,
  ServiceTokenRequest,
  VerifyApiToken,
  serviceRoles,
  type RevocationPage,
  type ServiceTokenAnswer,
  type VerifiedApiToken,
} from '@muster/contracts';
import { ApiTokens, RevocationFeed, ServiceAdmission, SigningKeys } from '@muster/identity';
import { ForServices, Open } from '@muster/platform';

/**
 * What auth does for the other services. Two routes ask for no token: one takes a join key and gives the token, the other
 * has the public keys, without which no token can be verified.
 */
@ApiExcludeController()
@Controller('internal/v1/auth')
export class InternalAuthController {
  constructor(
    private readonly admission: ServiceAdmission,
    private readonly signingKeys: SigningKeys,
    private readonly feed: RevocationFeed,
    private readonly apiTokens: ApiTokens,
  ) {}

  @Post('service-tokens')
  @HttpCode(200)
  @Open()
  serviceToken(@Body() request: ServiceTokenRequest, @Ip() source: string): Promise<ServiceTokenAnswer> {
    return this.admission.admit(request, source);
  }

  @Get('jwks')
  @Open()
  keySet(): ReturnType<SigningKeys['publicKeySet']> {
    return this.signingKeys.publicKeySet();
  }

  @Get('revocations')
  @ForServices(...serviceRoles)
  revocations(@Query() query: RevocationQuery): Promise<RevocationPage> {
    return this.feed.read(query);
  }

  @Post('api-tokens/verify')
  @HttpCode(200)
  @ForServices(...serviceRoles)
  verify(@Body() { token }: VerifyApiToken): Promise<VerifiedApiToken> {
    return this.apiTokens.verify(token);
  }
}
