import { Module } from '@nestjs/common';
import { AuditController } from './audit.controller.js';
import { AuthController } from './auth.controller.js';
import { AuthLifecycle } from './auth.lifecycle.js';
import { authParts } from './auth.parts.js';
import { InternalAuthController } from './internal-auth.controller.js';
import { KeySetController } from './key-set.controller.js';
import { TokensController } from './tokens.controller.js';
import { UsersController } from './users.controller.js';

@Module({
  controllers: [
    AuthController,
    KeySetController,
    UsersController,
    TokensController,
    AuditController,
    InternalAuthController,
  ],
  providers: [...authParts, AuthLifecycle],
})
export class AuthModule {}
