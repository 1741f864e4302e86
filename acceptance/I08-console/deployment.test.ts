import { StartBuildCommand } from '@aws-sdk/client-codebuild';
import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { openGate } from '../../testkit/codepipeline/gate.ts';
import { barriers } from './browser.ts';
import { type Fleet, openFleet } from './fleet.ts';
import { buildPage, type House, openHouse } from './house.ts';

vi.setConfig({ testTimeout: 300_000 });

let house: House;
let fleet: Fleet;

beforeAll(async () => {
  house = await openHouse();
  fleet = await openFleet(house.lab, ['web-1', 'web-2']);
});

afterAll(async () => {
  await fleet[Symbol.asyncDispose]();
  await house[Symbol.asyncDispose]();
});

/** Waits until an event stands so on one of the hosts, and answers which. */
async function hostWhere(name: string, status: string): Promise<string> {
  const item = house.page.getByRole('listitem', { name }).filter({ hasText: status });
  await item.waitFor();
  const label = await item.locator('xpath=..').getAttribute('aria-label');
  return (label ?? '').replace('Events of ', '');
}

/** A lifecycle event of a host. */
const event = (host: string, name: string): Locator =>
  house.page.getByRole('list', { name: `Events of ${host}` }).getByRole('listitem', { name });

async function barriersInBoth(): Promise<string[]> {
  const found = await barriers(house.page);
  await house.page.emulateMedia({ colorScheme: 'dark' });
  found.push(...(await barriers(house.page, ['color-contrast'])));
  await house.page.emulateMedia({ colorScheme: 'light' });
  return found;
}

test('D1: a deployment shows every event of every host with its time while it runs', async () => {
  const { page, at } = house;
  await using gate = await openGate();
  await page.goto(at('/deployments'));
  await page.getByText('No deployments yet').waitFor();
  const command = /curl [^\n]*/.exec(gate.buildspec)?.[0] as string;
  const id = await fleet.deploy(`echo asking\n${command}`);
  await page.getByRole('link', { name: id }).click();
  await gate.arrived(1);
  await page.getByText('0 of 2 done, 1 in progress, 1 waiting').waitFor();
  const busy = await hostWhere('ValidateService', 'In progress');
  const idle = busy === 'web-1' ? 'web-2' : 'web-1';
  await event(busy, 'ApplicationStart').getByText('Succeeded', { exact: true }).waitFor();
  expect(await event(busy, 'ApplicationStart').locator('time').count()).toBe(1);
  await event(busy, 'ValidateService').getByText('In progress', { exact: true }).waitFor();
  expect(await event(idle, 'ValidateService').locator('time').count()).toBe(0);
  gate.release();
  await event(busy, 'ValidateService').getByText('Succeeded', { exact: true }).waitFor();
  await gate.arrived(2);
  gate.release();
  await page.getByText('2 of 2 done').waitFor();
  await event(idle, 'ValidateService').getByText('Succeeded', { exact: true }).waitFor();
  expect(await barriersInBoth()).toEqual([]);
});

test('D1: a failed deployment says why: host, script, exit code, last lines, and what brings it back', async () => {
  const { page, at } = house;
  const script = 'echo "asking <b>the</b> service"\necho "connection refused" >&2\nexit 7';
  const id = await fleet.deploy(script);
  await page.goto(at(`/deployments/${id}`));
  await fleet.ended(id);
  await page.getByText('The deployment failed').waitFor();
  const failed = await hostWhere('ValidateService', 'Failed');
  const why = event(failed, 'ValidateService');
  await why.getByText('scripts/check.sh').first().waitFor();
  await why.getByText(/exit code 7/).waitFor();
  const tail = page.getByRole('region', { name: `Last lines of ValidateService on ${failed}` });
  await tail.getByText('asking <b>the</b> service').waitFor();
  expect(await tail.innerText()).toContain('connection refused');
  expect(await barriersInBoth()).toEqual([]);

  await page.getByText('It was rolled back').waitFor();
  await page
    .getByRole('link', { name: /^Deployment d-/ })
    .first()
    .click();
  await page.getByText(`Rollback of ${id}`, { exact: true }).waitFor();
  await page.getByText('Succeeded', { exact: true }).first().waitFor();
});

test('D1: a deployment is stopped from its page', async () => {
  const { page, at } = house;
  await using gate = await openGate();
  const command = /curl [^\n]*/.exec(gate.buildspec)?.[0] as string;
  const id = await fleet.deploy(command);
  await gate.arrived(1);
  await page.goto(at(`/deployments/${id}`));
  await page.getByRole('button', { name: 'Stop deployment' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Stop deployment' }).click();
  gate.release();
  const info = await fleet.ended(id);
  expect(info.status).toBe('Stopped');
  await page.getByText('Stopped', { exact: true }).first().waitFor();
  expect(await page.getByRole('button', { name: 'Stop deployment' }).count()).toBe(0);
});

test('D1: the application tells its groups, its hosts and its deployments', async () => {
  const { page, at } = house;
  await page.goto(at('/applications'));
  await page.getByRole('link', { name: 'shop' }).click();
  const group = page.getByRole('row', { name: /web/ }).first();
  await group.getByText('role=web').waitFor();
  await group.getByText('On failure').waitFor();
  await group.getByText('Stopped').waitFor();
  await page.getByRole('row', { name: /Rollback of/ }).waitFor();
  expect(await barriersInBoth()).toEqual([]);
  await page.goto(at('/hosts'));
  await page.getByRole('row', { name: /web-2/ }).getByText('role=web').waitFor();
  expect(await barriersInBoth()).toEqual([]);
});

test('C5: the tests of a build: the failed ones first with what they said, then all of them', async () => {
  const { lab, page, at } = house;
  const cases = Array.from(
    { length: 40 },
    (_, n) => `<testcase classname="cart" name="item ${n}" time="0.5"/>`,
  );
  const buildspec = `version: 0.2
phases:
  build:
    commands:
      - |
        cat > junit.xml <<'END'
        <testsuite><testcase classname="price" name="adds the tax" time="1.5"><failure message="expected 119 &lt; 100">at price.js:12</failure></testcase>
        <testcase classname="price" name="is slow"><skipped/></testcase>${cases.join('')}</testsuite>
        END
reports:
  unit: {files: [junit.xml]}
`;
  await lab.createProject('tested', buildspec, {
    source: { type: 'NO_SOURCE', buildspec },
    artifacts: { type: 'NO_ARTIFACTS' },
  });
  const { build } = await lab.builds.send(new StartBuildCommand({ projectName: 'tested' }));
  await page.goto(at(`${buildPage(build)}?tab=tests`));
  await page.getByText('42 tests, 40 succeeded, 1 failed, 1 skipped, in 21 s').waitFor();
  const said = page.getByRole('region', { name: 'Message of adds the tax' });
  await said.getByText('expected 119 < 100').waitFor();
  expect(await said.innerText()).toContain('at price.js:12');
  await page.getByRole('row', { name: /adds the tax price Failed/ }).waitFor();
  expect(await barriersInBoth()).toEqual([]);

  await page.getByRole('searchbox', { name: 'Find in tests of tested-unit' }).fill('slow');
  await page.getByRole('row', { name: /is slow/ }).waitFor();
  expect(await page.getByRole('row', { name: /item/ }).count()).toBe(0);

  await page.getByRole('link', { name: 'tested-unit: all reports' }).click();
  await page
    .getByRole('row', { name: /Failed/ })
    .getByText('95.2 %')
    .waitFor();
  expect(await barriersInBoth()).toEqual([]);
  await page.getByRole('link', { name: 'tested: its tests' }).click();
  await page.getByText('42 tests').first().waitFor();
  expect(house.browser.complaints).toEqual([]);
});
