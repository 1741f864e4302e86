import { parseArn } from '../arn.ts';
import { type Fit, patternFit } from './rule-fit.ts';
import { type Home, type SourceChanges, sourceChanges } from './source-changes.ts';
import type { StartedPipeline, StartLine, StartRule } from './types.ts';

export type { StartedPipeline, StartLine, StartRule, StartTone } from './types.ts';

const NOTHING = 'Nothing starts this pipeline by itself; “Release change” or StartPipelineExecution does.';

/**
 * Says what starts a pipeline by itself, and of what one may expect it, why it does not: source actions that listen, and
 * rules that name the pipeline, held against the events that changes of its sources make. `rules` are those whose target
 * the pipeline is, in its own account and region; undefined when they could not be read.
 */
export function pipelineStarts(
  pipeline: StartedPipeline,
  pipelineArn: string,
  rules: readonly StartRule[] | undefined,
): StartLine[] {
  const arn = parseArn(pipelineArn);
  const home: Home = { account: arn?.account ?? '', region: arn?.region ?? '' };
  const sources = (pipeline.stages?.[0]?.actions ?? []).flatMap(
    (action) => sourceChanges(action, home) ?? [],
  );
  const judged = (rules ?? []).map((rule) => judge(rule, sources, home));
  const lines = [
    ...sources.flatMap((source) => sourceLines(source, judged, rules, home)),
    ...judged.flatMap(ruleLine),
    ...(rules === undefined ? [line('perhaps', 'The rules of the event bus could not be read.')] : []),
  ];
  const mayStart = lines.some(({ tone }) => tone !== 'quiet');
  return mayStart ? [...lines, ...variableLines(pipeline)] : [{ tone: 'quiet', text: NOTHING }, ...lines];
}

/** A rule, and how it fits each source whose events it gets. */
interface JudgedRule {
  readonly rule: StartRule;
  readonly name: string;
  readonly enabled: boolean;
  readonly fits: readonly { readonly source: SourceChanges; readonly fit: Fit; readonly words: string }[];
}

function judge(rule: StartRule, sources: readonly SourceChanges[], home: Home): JudgedRule {
  const { EventPattern: pattern, EventBusName: bus = 'default' } = rule;
  // Services put their events on the default bus of their own account and region.
  const heard = pattern && bus === 'default' ? sources.filter((source) => sameHome(source.home, home)) : [];
  return {
    rule,
    name: bus === 'default' ? (rule.Name ?? '') : `${rule.Name} of bus ${bus}`,
    enabled: rule.State !== 'DISABLED',
    fits: heard.map((source) => ({ source, ...bestFit(pattern ?? '', source) })),
  };
}

function bestFit(pattern: string, source: SourceChanges): { fit: Fit; words: string } {
  const all = source.samples.map((sample) => ({ fit: patternFit(pattern, sample), words: sample.words }));
  const best = all.find(({ fit }) => fit.kind === 'yes') ?? all.find(({ fit }) => fit.kind === 'depends');
  return best ?? (all[0] as { fit: Fit; words: string });
}

function sourceLines(
  source: SourceChanges,
  judged: readonly JudgedRule[],
  rules: readonly StartRule[] | undefined,
  home: Home,
): StartLine[] {
  const starters = judged.filter(
    ({ enabled, fits }) => enabled && fits.some((each) => each.source === source && each.fit.kind !== 'no'),
  );
  const change = upperFirst(source.words);
  if (source.byItself) {
    const twice = starters.find(({ fits }) =>
      fits.some((each) => each.source === source && each.fit.kind === 'yes'),
    );
    const once = line('starts', `${change} starts it (${source.action}).`);
    if (twice === undefined) return [once];
    const text = `${change} starts it twice: ${source.action} listens itself and rule ${twice.name} starts it too. Set PollForSourceChanges to false in ${source.action}.`;
    return [once, line('warning', text)];
  }
  if (starters.length > 0) return [];
  const off = `${change} does not start it: PollForSourceChanges is false in ${source.action}`;
  if (rules === undefined) return [line('quiet', `${off}, so only a rule can.`)];
  if (!sameHome(source.home, home)) {
    const where = `${source.home.account} in ${source.home.region}`;
    return [
      line('perhaps', `${off}, and rules of account ${where}, where its events are, are not looked at.`),
    ];
  }
  const why =
    rules.length === 0
      ? 'no event rule has this pipeline as its target'
      : 'no enabled rule with this pipeline as its target fits';
  return [line('quiet', `${off}, and ${why}.`)];
}

function ruleLine({ rule, name, enabled, fits }: JudgedRule): StartLine[] {
  const lines: StartLine[] = [];
  const { ScheduleExpression: schedule, EventPattern: pattern } = rule;
  const does = (text: string, tone: 'starts' | 'perhaps'): StartLine =>
    enabled
      ? { tone, text: `Rule ${name} starts it ${text}.` }
      : { tone: 'quiet', text: `Rule ${name} would start it ${text}, but the rule is disabled.` };
  if (schedule) lines.push(does(`on the schedule ${schedule} (UTC)`, 'starts'));
  if (!pattern) return lines;
  const taken = fits.filter(({ fit }) => fit.kind !== 'no');
  for (const { fit, words } of taken) {
    if (fit.kind === 'yes') lines.push(does(`at ${words}`, 'starts'));
    if (fit.kind === 'depends') lines.push(does(`at ${words}, depending on ${fit.on.join(', ')}`, 'perhaps'));
  }
  if (taken.length > 0) return lines;
  const near = fits.find(({ fit }) => fit.kind === 'no' && !fit.foreign);
  if (near?.fit.kind === 'no') {
    const because = near.fit.because.join('; ');
    return [...lines, line('quiet', `Rule ${name} does not fit ${near.words}: ${because}.`)];
  }
  return [...lines, does(`at events that fit ${pattern}`, 'perhaps')];
}

/** An execution that starts by itself is given no values. */
function variableLines(pipeline: StartedPipeline): StartLine[] {
  return (pipeline.variables ?? [])
    .filter((variable) => variable.defaultValue === undefined)
    .map(({ name }) => ({
      tone: 'warning',
      text: `Variable ${name} has no default, so no change and no rule can start it: only a start that gives its value.`,
    }));
}

function line(tone: StartLine['tone'], text: string): StartLine {
  return { tone, text };
}

const sameHome = (a: Home, b: Home): boolean => a.account === b.account && a.region === b.region;

const upperFirst = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
