import {
  pipelineStarts,
  type StartedPipeline,
  type StartLine,
  type StartRule,
  type StartTone,
} from '../pure/pipeline-starts/index.ts';
import type { Connection } from './client/connection.ts';
import { pipelines } from './client/pipelines.ts';
import { type Colour, paint } from './terminal/paint.ts';

/** A hundred names each. */
const MAX_PAGES = 100;

/** What starts a pipeline by itself, and why something that one may expect does not. */
export async function readStarts(connection: Connection, name: string): Promise<StartLine[]> {
  const { client, sdk } = await pipelines(connection);
  const { pipeline, metadata } = await client.send(new sdk.GetPipelineCommand({ name }));
  const arn = metadata?.pipelineArn ?? '';
  return pipelineStarts(pipeline as StartedPipeline, arn, await rulesWithTarget(connection, arn));
}

/** The rules of every bus that have a thing as their target; undefined when these keys may not read them. */
async function rulesWithTarget(connection: Connection, TargetArn: string): Promise<StartRule[] | undefined> {
  const sdk = await import('@aws-sdk/client-eventbridge');
  const client = new sdk.EventBridgeClient(connection);
  const rulesOf = async (EventBusName: string | undefined) => {
    const pages = await pagesOf((NextToken) =>
      client.send(new sdk.ListRuleNamesByTargetCommand({ EventBusName, TargetArn, NextToken })),
    );
    const names = pages.flatMap(({ RuleNames = [] }) => RuleNames);
    return await Promise.all(
      names.map((Name) => client.send(new sdk.DescribeRuleCommand({ Name, EventBusName }))),
    );
  };
  try {
    const pages = await pagesOf((NextToken) => client.send(new sdk.ListEventBusesCommand({ NextToken })));
    const buses = pages.flatMap(({ EventBuses = [] }) => EventBuses.map(({ Name }) => Name));
    return (await Promise.all(buses.map(rulesOf))).flat();
  } catch (error) {
    if ((error as Error).name.startsWith('AccessDenied')) return undefined;
    throw error;
  }
}

/** EventBridge's SDK has no paginators. */
async function pagesOf<Page extends { readonly NextToken?: string | undefined }>(
  read: (token: string | undefined) => Promise<Page>,
): Promise<Page[]> {
  const pages = [await read(undefined)];
  while (pages.at(-1)?.NextToken && pages.length < MAX_PAGES) {
    // oxlint-disable-next-line no-await-in-loop -- each page names the next
    pages.push(await read(pages.at(-1)?.NextToken));
  }
  return pages;
}

const MARKS: Readonly<Record<StartTone, readonly [mark: string, colour: Colour]>> = {
  starts: ['✓', 'green'],
  perhaps: ['?', 'blue'],
  quiet: ['–', 'dim'],
  warning: ['!', 'yellow'],
};

export function describeStarts(lines: readonly StartLine[]): string {
  const rows = lines.map(({ tone, text }) => {
    const [mark, colour] = MARKS[tone];
    return `  ${paint(colour, mark)} ${text}`;
  });
  return rows.length === 0 ? '' : ['\nWhat starts it:', ...rows].join('\n');
}
