import { Module } from '@nestjs/common';
import { serviceCaller } from '@muster/hosting';
import { LocalDirectoryController } from './local-directory.controller.js';
import { LocalDirectoryNode } from './local-directory.node.js';

@Module({
  controllers: [LocalDirectoryController],
  providers: [serviceCaller('local-directory'), LocalDirectoryNode],
})
export class LocalDirectoryModule {}
