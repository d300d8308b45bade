import { Module } from '@nestjs/common';
import { ApiDocsController } from './api-docs.controller.js';
import { ConsoleController } from './console.controller.js';

@Module({ controllers: [ConsoleController, ApiDocsController] })
export class ConsoleModule {}
