import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { formatTable } from '../src/cli/terminal/table.ts';
import { logPush } from './measures/log-push.ts';
import { objects } from './measures/objects.ts';
import { pushToFirstLine } from './measures/push-to-first-line.ts';
import { queuedExecutions } from './measures/queued-executions.ts';
import { sandboxStart } from './measures/sandbox-start.ts';
import { serverStart } from './measures/server-start.ts';
import { transitions } from './measures/transitions.ts';
import type { Figure } from './support/result.ts';

const all = [transitions, sandboxStart, pushToFirstLine, logPush, serverStart, objects, queuedExecutions];
const usage = `npm run bench -- [--json FILE] [--only NAME …]

Measures, each beside a floor or peer in the same run: ${all.map(({ name }) => name).join(', ')}.
  --json FILE   writes [{name, value, unit, floor, ratio, aim}]
  --only NAME   leaves the other measures out; may be given several times
`;
const { values } = readArguments();
if (values.help) {
  process.stdout.write(usage);
  process.exit(0);
}
const chosen = all.filter(({ name }) => values.only === undefined || values.only.includes(name));
if (chosen.length === 0) {
  process.stderr.write(`there is no such measure\n\n${usage}`);
  process.exit(2);
}

const figures: Figure[] = [];
for (const measure of chosen) {
  process.stderr.write(`measuring ${measure.name} …\n`);
  figures.push(...(await measure.run()));
}
const rows = figures.map(({ name, value, unit, floor, ratio, aim }) => [
  name,
  `${value} ${unit}`,
  `${floor} ${unit}`,
  String(ratio),
  aim ?? '',
]);
process.stdout.write(`${formatTable(['FIGURE', 'HERE', 'FLOOR', 'RATIO', 'AIM'], rows)}\n`);
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(figures, undefined, 2)}\n`);
process.exit(0);

function readArguments() {
  try {
    return parseArgs({
      options: {
        json: { type: 'string' },
        only: { type: 'string', multiple: true },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${usage}`);
    process.exit(2);
  }
}
