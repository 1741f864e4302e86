import { StartBuildCommand } from '@aws-sdk/client-codebuild';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { openGate } from '../../testkit/codepipeline/gate.ts';
import { ON_POSTGRES } from '../../testkit/support/wanted-database.ts';
import { buildPage, type House, openHouse } from './house.ts';

vi.setConfig({ testTimeout: 600_000 });

const LINES = 1_000_000;
/** What the browser holds, whatever the log's length: lines in sight and some above and below. */
const MOST_ROWS = 120;
/** 1,000,000 lines of 60 characters are 60 MB of text; with their places and colours they take some 100 MB. */
const MOST_BYTES = 400e6;

let house: House;

beforeAll(async () => {
  house = await openHouse();
  house.page.setDefaultTimeout(540_000);
});

afterAll(async () => {
  await house[Symbol.asyncDispose]();
});

async function openBuild(project: string, commands: string): Promise<void> {
  const { lab, page, at } = house;
  const buildspec = `version: 0.2\nphases:\n  build:\n    commands:\n${commands}`;
  await lab.createProject(project, buildspec, {
    source: { type: 'NO_SOURCE', buildspec },
    artifacts: { type: 'NO_ARTIFACTS' },
  });
  const { build } = await lab.builds.send(new StartBuildCommand({ projectName: project }));
  await page.goto(at(buildPage(build)));
}

const log = () => house.page.getByRole('region', { name: /^Log of / });
const rows = () => log().locator('.pw-log-line');
const counted = () => house.page.locator('.pw-log-count').last();

/** The lines that stand in the box now: their numbers and texts, from top to bottom. */
function inSight(): Promise<{ number: number; text: string }[]> {
  return log().evaluate((box) => {
    const frame = box.getBoundingClientRect();
    return [...box.querySelectorAll('.pw-log-line')]
      .filter((line) => {
        const { top, bottom } = line.getBoundingClientRect();
        return bottom > frame.top && top < frame.bottom;
      })
      .map((line) => ({
        number: Number(line.getAttribute('data-line')),
        text: line.querySelector('.pw-log-text')?.textContent ?? '',
      }))
      .toSorted((a, b) => a.number - b.number);
  });
}

/** Scrolls to a part of the whole and waits until the browser has shown that. */
async function scrollTo(part: number): Promise<void> {
  await log().evaluate(async (box, at) => {
    box.scrollTop = at * box.scrollHeight;
    const view = box.ownerDocument.defaultView;
    const frame = () => new Promise((resolve) => view?.requestAnimationFrame(resolve));
    await frame();
    await frame();
  }, part);
}

/** Lines of the loop say their own number: they must stand `shift` below the line that shows it, without gaps. */
async function expectInOrder(shift: number): Promise<void> {
  const lines = await inSight();
  expect(lines.length).toBeGreaterThan(8);
  expect(await rows().count()).toBeLessThan(MOST_ROWS);
  for (const [index, { number, text }] of lines.entries()) {
    expect(number).toBe((lines[0]?.number ?? 0) + index);
    const said = /^(?:info|warn) line (\d+) of a long log/.exec(text)?.[1];
    if (said !== undefined) expect(Number(said) + shift).toBe(number);
  }
}

// Logs are files beside the database, whichever it is.
if (!ON_POSTGRES)
  test('I8: a million lines: live, from end to end, searched', { timeout: 900_000 }, async () => {
    const { page } = house;
    await using gate = await openGate();
    const wait = /curl [^\n]*/.exec(gate.buildspec)?.[0] as string;
    await openBuild(
      'million',
      `      - |
        awk 'BEGIN { for (i = 1; i <= ${LINES}; i++) printf "\\033[%dm%s\\033[0m line %d of a long log with words in it\\n", 31 + i % 7, (i % 3 ? "info" : "warn"), i }'
      - ${wait}
      - printf 'the very last line\\n'
`,
    );
    await gate.arrived(1);
    const last = rows().filter({ hasText: `line ${LINES} of a long log` });
    await last.waitFor();
    const shift = Number(await last.getAttribute('data-line')) - LINES;
    await expectInOrder(shift);
    // It still runs, and whoever reads at the end goes along.
    await page.getByText(/lines, live$/).waitFor();
    gate.release();
    await page.getByText(/lines, complete$/).waitFor();
    await log().getByText('the very last line', { exact: true }).last().waitFor();
    expect(await counted().innerText()).toMatch(/^1,000,0\d\d lines, complete$/);

    await log().focus();
    await page.keyboard.press('Home');
    await rows().filter({ hasText: 'line 3 of a long log' }).waitFor();
    expect((await inSight())[0]?.number).toBe(1);
    await page.keyboard.press('PageDown');
    await expect.poll(async () => (await inSight())[0]?.number).toBeGreaterThan(10);
    await expectInOrder(shift);

    for (const part of [0.1, 0.5, 0.9, 0.333]) {
      await scrollTo(part);
      // A scrolled box is drawn before it is shown, and never without its lines.
      await expectInOrder(shift);
      const middle = (await inSight())[0]?.number ?? 0;
      expect(Math.abs(middle / LINES - part)).toBeLessThan(0.001);
    }
    await page.keyboard.press('End');
    await log().getByText('the very last line', { exact: true }).last().waitFor();

    await page.getByRole('searchbox', { name: 'Search the log' }).fill('line 777777 of');
    await page.getByText('1 found').waitFor();
    await page.keyboard.press('Enter');
    const found = log().locator('.pw-log-marked');
    await found.locator('mark.pw-log-current', { hasText: 'line 777777 of' }).waitFor();
    expect(await found.getAttribute('data-line')).toBe(String(777_777 + shift));
    await expectInOrder(shift);
    // 777777 is a multiple of three: a warning, in the colour that its number has.
    const colour = 1 + (777_777 % 7);
    await found.locator(`.pw-fg-${colour}`, { hasText: 'warn' }).waitFor();

    await page.getByText('Wrap', { exact: true }).click();
    await log().and(page.locator('.pw-log-wrapped')).waitFor();
    await scrollTo(0.5);
    await expectInOrder(shift);

    const session = await house.browser.context.newCDPSession(page);
    await session.send('HeapProfiler.collectGarbage');
    const { usedSize } = await session.send('Runtime.getHeapUsage');
    expect(usedSize).toBeLessThan(MOST_BYTES);
  });

test('H2: ten megabytes on one line, binary output and markup do no harm', async () => {
  const { page } = house;
  await openBuild(
    'strange',
    `      - printf '<img src=x onerror="globalThis.broken=true"><b>bold?</b>\\n'
      - printf '\\033]0;a title\\007\\033]8;;javascript:globalThis.broken=true\\007a link\\033]8;;\\007\\n'
      - printf '\\033[1;4mbold and underlined\\033[0m \\033[38;5;208morange\\033[0m \\033[48;2;20;40;80;97mwhite on blue\\033[0m \\033[7minverse\\033[0m\\n'
      - head -c 4096 /dev/urandom
      - head -c 10000000 /dev/zero | tr '\\0' 'x'
      - printf '\\nafter the long line\\n'
`,
  );
  await log().getByText('after the long line', { exact: true }).waitFor();
  await page.getByText(/lines, complete$/).waitFor();
  // The line comes in parts, of which only what is in sight is drawn.
  const long = rows().filter({ hasText: 'xxxxxxxx' });
  await long.first().waitFor();
  expect((await long.first().innerText()).length).toBeLessThan(20_000);
  await log().evaluate((box) => {
    box.scrollLeft = box.scrollWidth / 2;
  });
  await expect.poll(async () => (await long.first().innerText()).length).toBeLessThan(20_000);
  expect(await long.first().innerText()).toContain('xxxx');

  await page.getByRole('searchbox', { name: 'Search the log' }).fill('<b>bold?</b>');
  // The command that was announced, then what it wrote.
  await page.getByText('2 found').waitFor();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Enter');
  await page.getByText('2 of 2').waitFor();
  await log().getByText('<img src=x onerror="globalThis.broken=true">').last().waitFor();
  expect(await log().locator('img, b, a').count()).toBe(0);
  expect(await page.evaluate(() => 'broken' in globalThis)).toBe(false);

  const style = (text: string, property: string) =>
    log()
      .locator('.pw-log-text span', { hasText: text })
      .last()
      .evaluate(
        (element, name) =>
          element.ownerDocument.defaultView?.getComputedStyle(element).getPropertyValue(name),
        property,
      );
  expect(await style('bold and underlined', 'font-weight')).toBe('700');
  expect(await style('bold and underlined', 'text-decoration-line')).toBe('underline');
  expect(await style('orange', 'color')).toBe('rgb(255, 135, 0)');
  expect(await style('white on blue', 'color')).toBe('rgb(255, 255, 255)');
  expect(await style('inverse', 'background-color')).not.toBe('rgba(0, 0, 0, 0)');
  expect(house.browser.complaints).toEqual([]);
});
