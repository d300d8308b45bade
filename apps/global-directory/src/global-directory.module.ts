import { Module } from '@nestjs/common';
import { serviceCaller } from '@muster/hosting';
import { GlobalDirectoryLifecycle } from './global-directory.lifecycle.js';
import { globalDirectory } from './global-directory.parts.js';
import { InternalDirectoryController } from './internal-directory.controller.js';
import { NodesController } from './nodes.controller.js';
import { PlacementsController } from './placements.controller.js';
import { Provisioning } from './provisioning.js';

@Module({
  controllers: [NodesController, PlacementsController, InternalDirectoryController],
  providers: [serviceCaller('global-directory'), globalDirectory, Provisioning, GlobalDirectoryLifecycle],
})
export class GlobalDirectoryModule {}
