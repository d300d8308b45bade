import type { Server } from 'node:http';
import { hostname } from 'node:os';
import { Module, type DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { Logger } from 'nestjs-pino';
import {
  acceptJsonObjects,
  bodyValidation,
  createInternalServer,
  installRequestHooks,
  listen,
  PlatformModule,
  refuseUnreadable,
  refuseUnroutable,
  tlsFilesOf,
  type Runtime,
} from '@muster/platform';
import { HOST, INSTALLATION_KEY, STORE, type Host } from './host.js';
import { LogLevelController } from './log-level.controller.js';
import { QuietLogger } from './quiet-logger.js';
import type { ServiceDefinition } from './service-definition.js';

/** The Nest application of a process with its two listeners. */
export interface Application {
  readonly nest: NestFastifyApplication;
  /** Both listeners; fills in the runtime's addresses. */
  listen(): Promise<void>;
  close(): Promise<void>;
}

@Module({})
class ProcessModule {
  static of(host: Host, services: readonly ServiceDefinition[]): DynamicModule {
    return {
      module: ProcessModule,
      global: true,
      imports: [
        PlatformModule.forRoot(host.runtime, host.auth.authenticator),
        ...services.map((service) => service.module),
      ],
      controllers: [LogLevelController],
      providers: [
        { provide: HOST, useValue: host },
        { provide: STORE, useValue: host.store },
        { provide: INSTALLATION_KEY, useValue: host.installationKey },
      ],
      exports: [HOST, STORE, INSTALLATION_KEY],
    };
  }
}

export async function createApplication(host: Host, services: readonly ServiceDefinition[]): Promise<Application> {
  const { runtime } = host;
  const adapter = new FastifyAdapter(fastifyOptions(runtime));
  const nest = await NestFactory.create<NestFastifyApplication>(ProcessModule.of(host, services), adapter, {
    // Nest's own words before there is our logger would be text between JSON; what fails is thrown.
    logger: false,
    abortOnError: false,
    bodyParser: false,
  });
  const fastify = adapter.getInstance<FastifyInstance>();
  nest.useLogger(new QuietLogger(nest.get(Logger)));
  nest.useGlobalPipes(bodyValidation());
  limitBodies(fastify, runtime);
  installRequestHooks(fastify, runtime);
  for (const service of services) await service.configure?.(nest, host);
  const internal = createInternalServer(fastify, runtime.settings);
  return { nest, listen: () => listenOnBoth(nest, internal, runtime), close: () => closeBoth(nest, internal) };
}

function fastifyOptions(runtime: Runtime): ConstructorParameters<typeof FastifyAdapter>[0] {
  const { settings } = runtime;
  const tls = tlsFilesOf(settings);
  const limits = { maxHeaderSize: settings.MUSTER_HEADER_LIMIT_BYTES };
  return {
    bodyLimit: Math.max(settings.MUSTER_BODY_LIMIT_BYTES, settings.MUSTER_INTERNAL_BODY_LIMIT_BYTES),
    requestTimeout: settings.MUSTER_REQUEST_TIMEOUT_MS,
    trustProxy: settings.MUSTER_TRUSTED_PROXIES.length > 0 ? [...settings.MUSTER_TRUSTED_PROXIES] : false,
    forceCloseConnections: true,
    clientErrorHandler: refuseUnreadable,
    frameworkErrors: refuseUnroutable,
    routerOptions: { maxParamLength: 200 },
    ...(tls === undefined ? { http: limits } : { https: { ...limits, ...tls } }),
  } as ConstructorParameters<typeof FastifyAdapter>[0];
}

function limitBodies(fastify: FastifyInstance, { settings }: Runtime): void {
  acceptJsonObjects(fastify, settings.MUSTER_BODY_MAX_DEPTH);
  fastify.addHook('onRoute', (route) => {
    route.bodyLimit ??= route.url.startsWith('/internal/')
      ? settings.MUSTER_INTERNAL_BODY_LIMIT_BYTES
      : settings.MUSTER_BODY_LIMIT_BYTES;
  });
}

async function listenOnBoth(nest: NestFastifyApplication, internal: Server, runtime: Runtime): Promise<void> {
  const { settings, addresses } = runtime;
  await nest.init();
  await nest.getHttpAdapter().getInstance().ready();
  const internalPort = await listen(internal, settings.MUSTER_INTERNAL_PORT, settings.MUSTER_INTERNAL_HOST);
  // Services on other hosts use this address: who listens on every address is found there by this host's name.
  const internalHost = isWildcard(settings.MUSTER_INTERNAL_HOST) ? hostname() : settings.MUSTER_INTERNAL_HOST;
  addresses.internalUrl = settings.MUSTER_INTERNAL_URL ?? `http://${hostInUrl(internalHost)}:${internalPort}`;
  await nest.listen(settings.MUSTER_PORT, settings.MUSTER_HOST);
  const bound = (nest.getHttpServer() as Server).address();
  const port = typeof bound === 'object' && bound !== null ? bound.port : settings.MUSTER_PORT;
  const scheme = settings.MUSTER_TLS_CERT_FILE === undefined ? 'http' : 'https';
  addresses.publicUrl = settings.MUSTER_PUBLIC_URL ?? `${scheme}://${hostInUrl(settings.MUSTER_HOST)}:${port}`;
  runtime.logger.info({ publicUrl: addresses.publicUrl, internalUrl: addresses.internalUrl }, 'listening');
}

function isWildcard(host: string): boolean {
  return host === '0.0.0.0' || host === '::';
}

function hostInUrl(host: string): string {
  if (isWildcard(host)) return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}

async function closeBoth(nest: NestFastifyApplication, internal: Server): Promise<void> {
  internal.closeAllConnections();
  await new Promise<void>((resolve) => internal.close(() => resolve()));
  await nest.close();
}
