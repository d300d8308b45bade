import { Module } from '@nestjs/common';
import { GlobalSessionLifecycle } from './global-session.lifecycle.js';
import { globalSessionParts } from './global-session.parts.js';
import { InternalGlobalSessionController } from './internal-global-session.controller.js';
import { QueueController } from './queue.controller.js';
import { SessionStreams } from './session-streams.service.js';
import { SessionTypesController } from './session-types.controller.js';
import { SessionsController } from './sessions.controller.js';
import { SystemController } from './system.controller.js';
import { WorkerTypesController } from './worker-types.controller.js';

@Module({
  controllers: [
    SessionsController,
    QueueController,
    SessionTypesController,
    WorkerTypesController,
    SystemController,
    InternalGlobalSessionController,
  ],
  providers: [...globalSessionParts, SessionStreams, GlobalSessionLifecycle],
})
export class GlobalSessionModule {}
