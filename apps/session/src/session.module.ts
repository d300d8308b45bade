import { Module } from '@nestjs/common';
import { SessionStreams } from './session-streams.service.js';
import { SessionController } from './session.controller.js';
import { SessionLifecycle } from './session.lifecycle.js';
import { sessionParts } from './session.parts.js';
import { WorkerControlController } from './worker-control.controller.js';
import { WorkerControl } from './worker-control.service.js';

@Module({
  controllers: [SessionController, WorkerControlController],
  providers: [...sessionParts, SessionStreams, WorkerControl, SessionLifecycle],
})
export class SessionModule {}
