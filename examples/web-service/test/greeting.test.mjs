import assert from 'node:assert/strict';
import { test } from 'node:test';
import { greeting } from '../lib/greeting.mjs';

test('greets by name', () => assert.equal(greeting('Ada'), 'Hello, Ada!'));
test('greets strangers', () => assert.equal(greeting('  '), 'Hello, stranger!'));
test('keeps long names short', () => assert.equal(greeting('x'.repeat(500)).length, 'Hello, !'.length + 80));
