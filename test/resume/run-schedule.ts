import { watchLedgers } from './journal.js';
import { faultsInAnswers, faultsInWhatIsHeard, faultsInWhatIsSeen } from './properties.js';
import type { Schedule } from './schedule.js';
import { bounds, clientResumeMs, World } from './world.js';

/** Within so long after the last fault everything is done. */
const healMs = 60_000;
const settleMs = 90_000;

/** Lives through a schedule, heals, lets the clients leave. Answers what went wrong, in words; nothing when all is well. */
export async function faultsOf(schedule: Schedule): Promise<string[]> {
  const world = new World(schedule);
  const stopWatching = watchLedgers(world.journal, bounds);
  try {
    return await live(world, schedule);
  } finally {
    stopWatching();
  }
}

export async function live(world: World, { steps }: Schedule): Promise<string[]> {
  const { clock, journal, clients } = world;
  await clock.advance(1000);
  for (const step of steps) {
    await clock.advance(step.afterMs);
    world.take(step);
  }
  await clock.advance(healMs);
  world.heal();
  await clock.advance(settleMs);
  const last = await sayLast(world);
  const all = clients.map((_, index) => index);
  const faults = [
    ...last,
    ...all.flatMap((client) => faultsInWhatIsSeen(journal, client)),
    ...all.flatMap((client) => faultsInWhatIsHeard(journal, client, world.model.incarnation)),
    ...faultsInAnswers(journal),
    ...(await leave(world)),
  ];
  return [...journal.breaches, ...faults];
}

/** After the heal one more of everything arrives: nothing waits for ever in front of it. */
async function sayLast(world: World): Promise<string[]> {
  const { clock, journal, clients, model } = world;
  const said = clients.map((client, index) => {
    client.ask('model', { takesMs: 5, bytes: 10, isBinary: false });
    client.ask('plain', { takesMs: 5, bytes: 10, isBinary: true });
    const label = journal.nextLabel();
    return { index, label, isPushed: model.push(client.id, `m${label}`, 'm'), said: client.say(1, false) };
  });
  await clock.advance(10_000);
  const lastAsks = journal.asks.slice(-2 * clients.length);
  return [
    ...said.flatMap(({ index, label, isPushed, said: heard }) => [
      ...(clients[index]!.connection.state === 'open'
        ? []
        : [`client ${index} is ${clients[index]!.connection.state}`]),
      ...(isPushed ? [] : [`the worker does not know client ${index}`]),
      ...(journal.seen[index]!.some((seen) => seen.kind === 'message' && seen.label === label)
        ? []
        : [`client ${index} does not get the last message`]),
      ...(journal.heard[index]!.some((each) => each.label === heard)
        ? []
        : [`the worker does not hear the last message of client ${index}`]),
    ]),
    ...lastAsks
      .filter(({ outcomes }) => outcomes[0] !== 'answered')
      .map((ask) => `the last request ${JSON.stringify(ask)} is not answered`),
  ];
}

async function leave(world: World): Promise<string[]> {
  const { clock, clients, relays, model } = world;
  for (const { connection } of clients) connection.close();
  await clock.advance(clientResumeMs + 60_000);
  const left = {
    timers: clock.waiting,
    lines: world.openLines,
    sockets: relays.reduce((sum, { relay }) => sum + (relay?.sockets ?? 0), 0),
    sessions: relays.reduce((sum, { relay }) => sum + (relay?.sessions ?? 0), 0),
    clientsOfWorker: clients.filter(({ id }) => model.knows(id)).length,
  };
  return Object.values(left).every((count) => count === 0) ? [] : [`left behind: ${JSON.stringify(left)}`];
}
