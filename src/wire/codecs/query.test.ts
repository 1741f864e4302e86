import { expect, test } from 'vitest';
import { refusal, request, speak, speakSample } from './test-support.ts';

test('a form names its operation in body or query', async () => {
  const { codec, service } = await speak('sts', 'GetCallerIdentity', 'query');
  const body = request({ text: 'Version=2011-06-15&Action=GetCallerIdentity' });
  const query = request({ method: 'GET', rawQuery: 'Action=GetCallerIdentity&Version=2011-06-15' });
  expect(codec.operationName(service, body)).toBe('GetCallerIdentity');
  expect(codec.operationName(service, query)).toBe('GetCallerIdentity');
  expect(codec.operationName(service, request({ text: 'NoAction=x' }))).toBeUndefined();
});

test('blanks come as plus or as %20', async () => {
  const { decode } = await speak('cloudformation', 'CreateStack', 'query');
  expect(await decode(request({ text: 'StackName=a+b%20c%2Bd' }))).toEqual({ StackName: 'a b c+d' });
});

test('lists are in the order of their numbers, whatever those are', async () => {
  const { decode } = await speak('cloudformation', 'CreateStack', 'query');
  const text =
    'Tags.member.10.Key=b&Tags.member.2.Key=a&Capabilities=&Tags.member.x.Key=c&Unknown.member.1=z';
  expect(await decode(request({ text }))).toEqual({ Tags: [{ Key: 'a' }, { Key: 'b' }], Capabilities: [] });
});

test('the entries of a map have the names that the model gives them', async () => {
  const { decode } = await speak('sns', 'Publish', 'query');
  const text =
    'MessageAttributes.entry.1.Name=k&MessageAttributes.entry.1.Value.DataType=String&MessageAttributes.entry.1.Value.StringValue=v';
  expect(await decode(request({ text }))).toEqual({
    MessageAttributes: { k: { DataType: 'String', StringValue: 'v' } },
  });
});

test('flattened lists and maps have no step between', async () => {
  const { decode } = speakSample(
    {
      In: {
        t: 'structure',
        m: [
          ['List', 'List', { flat: true }],
          ['Map', 'Map', { flat: true }],
        ],
      },
      List: { t: 'list', of: '$integer' },
      Map: { t: 'map', key: '$string', value: '$boolean' },
    },
    'query',
  );
  const text = 'List.1=4&List.2=5&Map.1.key=__proto__&Map.1.value=true';
  const { List, Map } = (await decode(request({ text }))) as { List: number[]; Map: object };
  expect(List).toEqual([4, 5]);
  expect(Object.entries(Map)).toEqual([['__proto__', true]]);
});

test.each([
  ['DisableRollback=maybe', "'maybe' is not a boolean at 'DisableRollback'"],
  ['TimeoutInMinutes=1e', "'1e' is not of type integer at 'TimeoutInMinutes'"],
  ['StackName=%E0%A4', 'The request has broken percent-encoding'],
  [`${'a.'.repeat(200)}b=1`, 'A parameter is nested too deep'],
  ['a=1&'.repeat(100_001), 'The request has too many parameters'],
])('%.40s is refused', async (text, message) => {
  const { decode } = await speak('cloudformation', 'CreateStack', 'query');
  expect(await refusal(decode(request({ text })))).toBe(`SerializationException: ${message}`);
});

test('an answer stands in its envelope', async () => {
  const { encode } = await speak('sts', 'GetCallerIdentity', 'query');
  expect(encode({ Account: '1<2' }).body).toBe(
    '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>' +
      '<Account>1&lt;2</Account></GetCallerIdentityResult><ResponseMetadata><RequestId>request-1</RequestId>' +
      '</ResponseMetadata></GetCallerIdentityResponse>',
  );
});

test('an error that no model knows keeps its name, message and status', async () => {
  const { encodeError } = await speak('cloudformation', 'DescribeStacks', 'query');
  const message = 'Stack with id <x> does not exist';
  const { status, body } = encodeError({ code: 'ValidationError', message, status: 403, senderFault: false });
  expect(status).toBe(403);
  expect(body).toContain('<Type>Receiver</Type><Code>ValidationError</Code>');
  expect(body).toContain('<Message>Stack with id &lt;x&gt; does not exist</Message>');
});
