import { expect, test } from 'vitest';
import { pipelineStarts, type StartRule } from './index.ts';

const ARN = 'arn:aws:codepipeline:us-east-1:111111111111:shop';

const pipelineOf = (provider: string, configuration: Record<string, string>, more: object = {}) => ({
  stages: [{ actions: [{ name: 'Checkout', actionTypeId: { provider }, configuration, ...more }] }],
});
const code = (more: Record<string, string> = {}) =>
  pipelineOf('CodeCommit', { RepositoryName: 'app', BranchName: 'main', ...more });
const quiet = code({ PollForSourceChanges: 'false' });

const PUSHES = {
  source: ['aws.codecommit'],
  'detail-type': ['CodeCommit Repository State Change'],
  resources: ['arn:aws:codecommit:us-east-1:111111111111:app'],
  detail: {
    event: ['referenceCreated', 'referenceUpdated'],
    referenceType: ['branch'],
    referenceName: ['main'],
  },
};
const rule = (pattern: unknown, more: StartRule = {}): StartRule => ({
  Name: 'on-main',
  EventBusName: 'default',
  State: 'ENABLED',
  EventPattern: JSON.stringify(pattern),
  ...more,
});
const said = (...input: Parameters<typeof pipelineStarts>) =>
  pipelineStarts(...input).map(({ tone, text }) => `${tone}: ${text}`);

const NOTHING =
  'quiet: Nothing starts this pipeline by itself; “Release change” or StartPipelineExecution does.';

test('a source that listens starts the pipeline, and nobody needs a rule', () => {
  expect(said(code(), ARN, [])).toEqual(['starts: A push to branch main of app starts it (Checkout).']);
  const object = pipelineOf('S3', { S3Bucket: 'drop', S3ObjectKey: 'app.zip' });
  expect(said(object, ARN, [])).toEqual([
    'starts: A new version of app.zip in bucket drop starts it (Checkout).',
  ]);
});

test('A4: a source that does not listen and has no rule is named, with the setting that makes it so', () => {
  expect(said(quiet, ARN, [])).toEqual([
    NOTHING,
    'quiet: A push to branch main of app does not start it: PollForSourceChanges is false in Checkout, and no event rule has this pipeline as its target.',
  ]);
});

test('A4: a rule whose pattern takes the push starts it', () => {
  expect(said(quiet, ARN, [rule(PUSHES)])).toEqual([
    'starts: Rule on-main starts it at a push to branch main of app.',
  ]);
});

test('A4: a rule that does not fit says which of its filters is not met', () => {
  const other = {
    ...PUSHES,
    detail: { ...PUSHES.detail, referenceName: ['develop', { prefix: 'release/' }] },
  };
  expect(said(quiet, ARN, [rule(other)])).toEqual([
    NOTHING,
    'quiet: A push to branch main of app does not start it: PollForSourceChanges is false in Checkout, and no enabled rule with this pipeline as its target fits.',
    'quiet: Rule on-main does not fit a push to branch main of app: detail.referenceName is "main", the pattern wants "develop" or {"prefix":"release/"}.',
  ]);
});

test('a rule that is disabled starts nothing', () => {
  const lines = said(quiet, ARN, [rule(PUSHES, { State: 'DISABLED' })]);
  expect(lines[0]).toBe(NOTHING);
  expect(lines[2]).toBe(
    'quiet: Rule on-main would start it at a push to branch main of app, but the rule is disabled.',
  );
});

test('a source that listens beside a rule that fits is started twice, which is a warning', () => {
  expect(said(code(), ARN, [rule(PUSHES)])).toEqual([
    'starts: A push to branch main of app starts it (Checkout).',
    'warning: A push to branch main of app starts it twice: Checkout listens itself and rule on-main starts it too. Set PollForSourceChanges to false in Checkout.',
    'starts: Rule on-main starts it at a push to branch main of app.',
  ]);
});

test('schedules, other events and what nobody can know beforehand are said as what they are', () => {
  const rules = [
    rule(undefined, { Name: 'nightly', ScheduleExpression: 'cron(0 3 * * ? *)' }),
    rule({ source: ['aws.s3'] }, { Name: 'uploads' }),
    rule({ ...PUSHES, detail: { callerUserArn: [{ suffix: '/ada' }] } }, { Name: 'by-ada' }),
    rule({ source: ['shop'] }, { Name: 'orders', EventBusName: 'shop' }),
    rule({ ...PUSHES, detail: { event: ['referenceCreated'] } }, { Name: 'made' }),
    rule({ source: ['aws.codecommit'], detail: { commitId: [{ exists: true }] } }, { Name: 'any-commit' }),
  ];
  expect(said(quiet, ARN, rules)).toEqual([
    'starts: Rule nightly starts it on the schedule cron(0 3 * * ? *) (UTC).',
    'perhaps: Rule uploads starts it at events that fit {"source":["aws.s3"]}.',
    'perhaps: Rule by-ada starts it at a push to branch main of app, depending on detail.callerUserArn.',
    'perhaps: Rule orders of bus shop starts it at events that fit {"source":["shop"]}.',
    'starts: Rule made starts it at the creation of branch main of app.',
    'starts: Rule any-commit starts it at a push to branch main of app.',
  ]);
});

test('a variable without a default keeps everything but a person from starting it', () => {
  const lines = said(
    { ...code(), variables: [{ name: 'NOTE' }, { name: 'WELL', defaultValue: 'x' }] },
    ARN,
    [],
  );
  expect(lines.slice(1)).toEqual([
    'warning: Variable NOTE has no default, so no change and no rule can start it: only a start that gives its value.',
  ]);
});

test('what could not be read, and what is elsewhere, is not guessed', () => {
  expect(said(quiet, ARN, undefined).at(-1)).toBe('perhaps: The rules of the event bus could not be read.');
  const elsewhere = pipelineOf(
    'CodeCommit',
    { RepositoryName: 'app', BranchName: 'main', PollForSourceChanges: 'false' },
    { region: 'eu-west-1' },
  );
  expect(said(elsewhere, ARN, [rule(PUSHES)])[0]).toBe(
    'perhaps: A push to branch main of app does not start it: PollForSourceChanges is false in Checkout, and rules of account 111111111111 in eu-west-1, where its events are, are not looked at.',
  );
});

test('a pattern that is no JSON breaks nothing', () => {
  expect(() => said(quiet, ARN, [rule(undefined, { EventPattern: '{' })])).not.toThrow();
});
