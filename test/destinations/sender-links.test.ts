import { expect, it } from 'vitest';
import { senderLinks } from '../../src/destinations/sender-links.ts';
import { madeMessage } from './made-order.ts';

const linksIn = (data: unknown) => senderLinks({ ...madeMessage().event, data });

it.each([
  ['url', 'url'],
  ['reportUrl', 'report url'],
  ['test_url', 'test url'],
  ['resultsLink', 'results link'],
  ['permalink', 'permalink'],
])('a link the sender gave is taken as it is: %s', (name, text) => {
  expect(linksIn({ testId: 't1', [name]: 'https://sender.example/t/1?a=b' })).toEqual([
    { href: 'https://sender.example/t/1?a=b', text },
  ]);
});

it.each([
  undefined,
  null,
  'https://sender.example',
  ['https://sender.example'],
  { testId: 't1' },
  { subject: 'https://sender.example', unsubscribeUrl: 'https://sender.example', curl: 'https://sender.example' },
  { url: 7, link: { href: 'https://sender.example' }, href: null },
  { url: '/t/1', link: 'sender.example/t/1', href: '' },
  { url: 'javascript:alert(1)', link: 'ftp://sender.example', href: 'https://user:pass@sender.example' },
  { url: `https://sender.example/${'x'.repeat(2_000)}`, link: `https://sender.example/${'漢'.repeat(500)}` },
])('where there is none, none is made up: %j', (data) => {
  expect(linksIn(data)).toEqual([]);
});

it('what is said of the data itself is no link of it', () => {
  expect(linksIn(Object.create({ url: 'https://sender.example' }))).toEqual([]);
});

it('a few are enough', () => {
  const names = ['url', 'link', 'testUrl', 'reportUrl', 'monitorUrl'];
  expect(linksIn(Object.fromEntries(names.map((name) => [name, 'https://sender.example/'])))).toHaveLength(3);
});
