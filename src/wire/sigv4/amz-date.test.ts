import { expect, it } from 'vitest';
import { amzDateOfHeader, formatAmzDate, parseAmzDate } from './amz-date.ts';

it('dates go there and back, and nothing else is one', () => {
  const at = Date.parse('2024-02-29T23:59:59Z');
  expect(formatAmzDate(at)).toBe('20240229T235959Z');
  expect(parseAmzDate('20240229T235959Z')).toBe(at);
  for (const bad of [
    '20230229T000000Z',
    '20231301T000000Z',
    '20230101T240000Z',
    '20230101T006000Z',
    '20230101T000000',
    '',
    '2023-01-01T00:00:00Z',
  ])
    expect(parseAmzDate(bad)).toBeUndefined();
});

it('the Date header counts in both its forms', () => {
  expect(amzDateOfHeader('Thu, 29 Feb 2024 23:59:59 GMT')).toBe('20240229T235959Z');
  expect(amzDateOfHeader('20240229T235959Z')).toBe('20240229T235959Z');
  expect(amzDateOfHeader('yesterday')).toBeUndefined();
});
