import { osFamilies, type HardwareRequest, type WorkerType } from '@muster/contracts';
import type { FixableProblem } from './problems.js';

/** Rules for a worker type whose shape is right. */
export function workerTypeRules(type: WorkerType): FixableProblem[] {
  return [
    ...runRules(type),
    ...imageRules(type),
    ...registersRules(type),
    ...mountRules(type),
    ...hardwareRules(type.hardware, 'hardware'),
  ];
}

function runRules({ run }: WorkerType): FixableProblem[] {
  if (run.process === undefined && run.image === undefined) {
    return [
      {
        member: 'run',
        reason: 'says neither process nor image',
        fix: 'say how it is run: process: { module or command } or image: { linux: ... }',
      },
    ];
  }
  return [
    ...(run.process === undefined ? [] : processRules(run.process)),
    ...(run.command !== undefined && run.image === undefined
      ? [
          {
            member: 'run.command',
            reason: 'is for images only',
            fix: 'write run.process.command for a program of the computer',
          },
        ]
      : []),
    ...(run.command?.length === 0
      ? [{ member: 'run.command', reason: 'is empty', fix: 'name a program, or remove it' }]
      : []),
  ];
}

function processRules(process: NonNullable<WorkerType['run']['process']>): FixableProblem[] {
  const { module, command, spare } = process;
  if ((module === undefined) === (command === undefined)) {
    return [{ member: 'run.process', reason: 'needs exactly one of module and command', fix: 'keep one of them' }];
  }
  if (spare !== undefined && module === undefined) {
    return [
      { member: 'run.process.spare', reason: 'is for modules only', fix: 'remove it: a command always starts anew' },
    ];
  }
  if (command !== undefined && (command[0] ?? '') === '') {
    return [{ member: 'run.process.command', reason: 'is empty', fix: 'name a program first, then its arguments' }];
  }
  if (module !== undefined && (/^([/\\]|[A-Za-z]:)/.test(module) || module.split(/[/\\]/).includes('..'))) {
    return [
      {
        member: 'run.process.module',
        reason: 'leaves the installation',
        fix: 'write a path relative to it, like workers/field-solver',
      },
    ];
  }
  return [];
}

function imageRules({ run }: WorkerType): FixableProblem[] {
  const families = osFamilies.join('|');
  const key = new RegExp(`^(${families})(-[0-9][0-9.]*)?$`);
  if (run.image !== undefined && Object.keys(run.image).length === 0) {
    return [
      {
        member: 'run.image',
        reason: 'is empty',
        fix: 'name an image per operating system, like linux: registry/name:tag',
      },
    ];
  }
  return Object.entries(run.image ?? {}).flatMap(([system, image]) => {
    const member = `run.image.${system}`;
    if (!key.test(system))
      return [
        { member, reason: 'is not an operating system', fix: `write ${osFamilies.join(', ')} or windows-10.0.20348` },
      ];
    return /^\S+$/.test(image)
      ? []
      : [{ member, reason: 'is not the name of an image', fix: 'write registry/name:tag' }];
  });
}

function registersRules({ registers, run }: WorkerType): FixableProblem[] {
  if (registers === undefined || registers === 'self') return [];
  const { httpGet, tcp } = registers.node;
  return [
    ...((httpGet === undefined) === (tcp !== true)
      ? [
          {
            member: 'registers.node',
            reason: 'needs exactly one of httpGet and tcp: true',
            fix: 'say how the node sees that the program answers',
          },
        ]
      : []),
    ...(run.process?.module === undefined
      ? []
      : [
          {
            member: 'registers',
            reason: 'a module of the worker SDK registers itself',
            fix: 'write registers: self or remove it',
          },
        ]),
  ];
}

function mountRules({ mounts = [] }: WorkerType): FixableProblem[] {
  return mounts.flatMap((mount, index) =>
    mounts.findIndex((other) => other.path === mount.path) === index
      ? []
      : [
          {
            member: `mounts.${index}.path`,
            reason: `${mount.path} is used twice`,
            fix: 'give each mount its own path',
          },
        ],
  );
}

/** Rules for what a worker type or a role asks of a node. */
export function hardwareRules(hardware: HardwareRequest | undefined, member: string): FixableProblem[] {
  const gpu = hardware?.gpu;
  if (gpu === undefined) return [];
  if (gpu.count !== undefined && gpu.share !== undefined) {
    return [
      { member: `${member}.gpu`, reason: 'asks for whole cards and for a share', fix: 'keep one of count and share' },
    ];
  }
  if (gpu.exclusive === true && gpu.share !== undefined) {
    return [
      { member: `${member}.gpu.exclusive`, reason: 'cannot go with a share', fix: 'write count: 1 for a whole card' },
    ];
  }
  return [];
}
