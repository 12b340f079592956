import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { rulesJsonSchema } from '../../src/config/json-schema.ts';
import { rulesTestSchema } from '../../src/domain/rules/rules-test.ts';

const ajv = new Ajv2020({ allowUnionTypes: true }).addSchema(rulesJsonSchema(), 'rules');
const isValid = ajv.compile({ $ref: 'rules#/properties/tests' });

const event = { source: 'inbox-check', fire: 'test.completed' };
const good = { name: 'good', events: [event], expect: { told: ['chat'] } };
const sent = { source: 'inbox-check', payload: { event: 'test.failed', data: null } };

test('the tests of the example are valid', () => {
  const { tests } = JSON.parse(readFileSync('rules.example.tests.json', 'utf8'));
  expect(isValid(tests), ajv.errorsText(isValid.errors)).toBe(true);
});

test.each<[string, object, boolean]>([
  ['a plain one', good, true],
  [
    'moments',
    {
      ...good,
      events: [
        { ...event, at: '0m' },
        { ...sent, at: '4h', occurredAt: '90s' },
      ],
      until: '1d',
    },
    true,
  ],
  [
    'what each is told',
    { ...good, expect: { told: { chat: ['open', 'update', 'resolve', 'notice'], other: [] } } },
    true,
  ],
  ['changes of any value', { ...good, events: [{ ...event, set: { live: null, 'data.tags.0': ['x'] } }] }, true],
  ['nothing that happens', { ...good, events: [] }, false],
  ['neither fire nor payload', { ...good, events: [{ source: 'inbox-check' }] }, false],
  ['both fire and payload', { ...good, events: [{ ...event, ...sent }] }, false],
  ['a payload that is changed', { ...good, events: [{ ...sent, set: { a: 1 } }] }, false],
  ['a payload that is no object', { ...good, events: [{ ...sent, payload: [] }] }, false],
  ['a moment that is none', { ...good, events: [{ ...event, at: '4' }] }, false],
  ['a path with a hole', { ...good, events: [{ ...event, set: { 'data..x': 1 } }] }, false],
  ['an unknown key', { ...good, expects: {} }, false],
  ['no name', { ...good, name: '' }, false],
  ['nothing expected', { ...good, expect: {} }, false],
  ['an unknown outcome', { ...good, expect: { incidents: { k: 'closed' } } }, false],
  ['an unknown verdict', { ...good, expect: { verdicts: { r: 'no-match' } } }, false],
  ['an unknown word of what is told', { ...good, expect: { told: { chat: ['opened'] } } }, false],
  ['one label that is told', { ...good, expect: { told: 'chat' } }, false],
])('%s: an editor and tocsin say the same', (_what, made, fine) => {
  expect(isValid([made])).toBe(fine);
  expect(rulesTestSchema.safeParse(made).success).toBe(fine);
});
