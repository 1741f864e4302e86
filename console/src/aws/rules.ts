import {
  DescribeRuleCommand,
  EventBridgeClient,
  ListEventBusesCommand,
  ListRuleNamesByTargetCommand,
} from '@aws-sdk/client-eventbridge';
import { clientSettings, lazily } from './client-settings.ts';
import { allPages } from './pages.ts';

const client = lazily(() => new EventBridgeClient(clientSettings()));

/** The rules of every bus that have a thing as their target. */
export async function rulesWithTarget(arn: string) {
  const buses = await allPages(
    (NextToken) => client().send(new ListEventBusesCommand({ NextToken })),
    (page) => page.EventBuses,
    (page) => page.NextToken,
  );
  const found = await Promise.all(buses.map(({ Name }) => rulesOfBus(Name, arn)));
  return found.flat();
}

async function rulesOfBus(EventBusName: string | undefined, TargetArn: string) {
  const names = await allPages(
    (NextToken) => client().send(new ListRuleNamesByTargetCommand({ EventBusName, TargetArn, NextToken })),
    (page) => page.RuleNames,
    (page) => page.NextToken,
  );
  return await Promise.all(
    names.map((Name) => client().send(new DescribeRuleCommand({ Name, EventBusName }))),
  );
}
