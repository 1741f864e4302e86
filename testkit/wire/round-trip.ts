import { Readable } from 'node:stream';
import type { OperationModel, Protocol, ServiceModel } from '../../src/wire/models/service-model.ts';
import type { Sdk } from './clients.ts';
import { differences } from './differences.ts';
import { type Habits, habitsOf } from './habits.ts';
import { Samples } from './samples.ts';
import type { WireServer } from './wire-server.ts';

/** Sends one operation through the real client and back, once for each variant of its unions. Returns what differed. */
export async function roundTrip(
  server: WireServer,
  sdk: Sdk,
  service: ServiceModel,
  operation: OperationModel,
  protocol: Protocol,
): Promise<string[]> {
  const timestamps = protocol === 'query' || protocol === 'rest-xml' ? 'date-time' : 'epoch-seconds';
  const habits = habitsOf(service.id, operation);
  const problems: string[] = [];
  let variants = 1;
  for (let variant = 0; variant < variants && problems.length === 0; variant++) {
    const inputs = new Samples(variant, timestamps);
    const outputs = new Samples(variant, timestamps);
    const input = { ...(operation.input && inputs.structure(operation.input)), ...habits.sent };
    const output = { ...(operation.output && outputs.structure(operation.output)), ...habits.answered };
    variants = Math.max(inputs.unionSize, outputs.unionSize);
    const stream = eventStream(service, operation, outputs);
    Object.assign(output, stream);
    server.expect({ output: { ...output, ...asIterables(stream) } });
    const { answer, thrown } = await call(sdk, operation, input);
    problems.push(...seenProblems(server, service, operation, protocol, input, habits));
    if (thrown !== undefined) problems.push(`${operation.name} threw: ${String(thrown)}`);
    else {
      const wanted = habits.returned?.(output) ?? output;
      problems.push(...differences(wanted, answer, `${operation.name} output`));
    }
  }
  return problems;
}

function eventStream(
  service: ServiceModel,
  operation: OperationModel,
  samples: Samples,
): Record<string, Record<string, unknown>[]> {
  const name = operation.eventStreamOutput;
  const shape = name === undefined ? undefined : operation.output?.byName.get(name)?.shape;
  if (name === undefined || shape?.kind !== 'structure') return {};
  return { [name]: samples.events(shape, (event) => service.error(event) !== undefined) };
}

function asIterables(streams: Record<string, Record<string, unknown>[]>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(streams).map(([name, events]) => [name, Readable.from(events)]));
}

async function call(sdk: Sdk, operation: OperationModel, input: object) {
  try {
    const { $metadata: _metadata, ...rest } = await sdk.call(operation.name, input);
    const answer: Record<string, unknown> = rest;
    const events = operation.eventStreamOutput;
    if (events !== undefined) {
      const arrived: unknown[] = [];
      for await (const event of answer[events] as AsyncIterable<unknown>) arrived.push(event);
      answer[events] = arrived;
    }
    const stream = operation.streamingOutput;
    if (stream !== undefined && answer[stream] !== undefined) {
      answer[stream] = await (
        answer[stream] as { transformToByteArray(): Promise<Uint8Array> }
      ).transformToByteArray();
    }
    return { answer, thrown: undefined };
  } catch (thrown) {
    return { answer: {} as Record<string, unknown>, thrown };
  }
}

function seenProblems(
  server: WireServer,
  service: ServiceModel,
  operation: OperationModel,
  protocol: Protocol,
  input: Record<string, unknown>,
  habits: Habits,
): string[] {
  if (server.failure !== undefined) return [`${operation.name} was not decoded: ${String(server.failure)}`];
  const { seen } = server;
  if (seen === undefined) return [`${operation.name} never arrived`];
  const got = `${seen.service} ${seen.operation} over ${seen.protocol}`;
  const wanted = `${service.id} ${operation.name} over ${protocol}`;
  if (got !== wanted) return [`${wanted} arrived as ${got}`];
  return differences({ ...input, ...habits.arrives }, seen.input, `${operation.name} input`);
}
