import { expect, test } from 'vitest';
import { changedAt } from '../../src/domain/changed-at.ts';

const body = { data: { summary: { inboxRate: 0.7 }, providers: [{ provider: 'gmail' }, { provider: 'gmx' }] } };

test.each([
  ['data.summary.inboxRate', 0.5, { data: { ...body.data, summary: { inboxRate: 0.5 } } }],
  ['data.domain', 'a.test', { data: { ...body.data, domain: 'a.test' } }],
  [
    'data.providers.1.provider',
    'web.de',
    { data: { ...body.data, providers: [{ provider: 'gmail' }, { provider: 'web.de' }] } },
  ],
  ['data.summary.inboxRate.deep', 1, { data: { ...body.data, summary: { inboxRate: { deep: 1 } } } }],
  ['live', null, { ...body, live: null }],
])('%s is changed, and nothing else', (path, value, changed) => {
  const before = structuredClone(body);
  expect(changedAt(body, path.split('.'), value)).toEqual(changed);
  expect(body).toEqual(before);
});

test('a step that an object inherits is one that it does not have', () => {
  const changed = changedAt({}, ['constructor', 'name'], 'x');
  expect(JSON.stringify(changed)).toBe('{"constructor":{"name":"x"}}');
  expect(JSON.stringify(changedAt({}, ['__proto__', 'name'], 'x'))).toBe('{"__proto__":{"name":"x"}}');
  expect(Object.hasOwn(Object.prototype, 'name')).toBe(false);
});
