import { describe, expect, test } from 'vitest';
import { openingsBeyond, openingsOf } from '../src/compose-destinations.ts';
import type { ResolvedRules } from '../src/config/read-rules.ts';
import type { ResolvedDestination } from '../src/config/resolve.ts';
import { fingerprint } from '../src/destinations/fingerprint.ts';
import type { KnownAddress } from '../src/ledger/workers.ts';
import { openLog } from '../src/runtime/log.ts';
import { configOf, rulesFile } from './config/made-rules.ts';
import { madeMessage, madeOrder } from './destinations/made-order.ts';

const never = new AbortController().signal;

function openShown() {
  const lines: { msg: string; destination: string; shown: string }[] = [];
  const log = openLog('info', { write: (line: string) => void lines.push(JSON.parse(line)) });
  const destinations = {
    chat: { type: 'slack', channel: 'C0123456789' },
    hook: { type: 'slack-webhook', url: { env: 'URL' } },
    pager: { type: 'pagerduty', routingKey: [{ env: 'NEW' }, { env: 'OLD' }] },
  };
  const previews = openingsOf(rulesOf(rulesFile({ destinations })), {
    preview: true,
    slackApiUrl,
    buttons: false,
    log,
  });
  return { lines, previews: previews.map((each) => each.open()) };
}

const slackApiUrl = 'https://slack.com/api/';

const rulesOf = (file: string, destinations: ResolvedDestination[] = []): ResolvedRules => ({
  file: 'hash',
  mark: 'mark',
  config: configOf(file),
  sources: [],
  destinations,
});

test('in preview each label is one destination that shows what the real one would have got', async () => {
  const { lines, previews } = openShown();
  expect(previews.map(({ name, address, type }) => [name, address, type])).toEqual([
    ['chat', 'preview:chat', 'preview'],
    ['hook', 'preview:hook', 'preview'],
    ['pager', 'preview:pager', 'preview'],
  ]);
  for (const each of previews) expect(await each.tell(madeOrder(), never)).toMatchObject({ kind: 'told' });
  expect(lines.map(({ msg, destination }) => [msg, destination])).toEqual([
    ['preview.slack', 'chat'],
    ['preview.slack', 'hook'],
    ['preview.pagerduty', 'pager'],
  ]);
  expect(lines[0]?.shown).toMatch(/^Slack chat\.postMessage C0123456789\nWarning: acme\.example inbox rate 62 %\n/);
  expect(lines[0]?.shown).toContain('*Subject:* Your <weekly> news & more');
  expect(lines[2]?.shown).toMatch(/^PagerDuty POST \/v2\/enqueue\n\{/);
  const body = JSON.parse(lines[2]?.shown.split('\n').slice(1).join('\n') ?? '');
  expect(body).toMatchObject({
    routing_key: '[routing key]',
    event_action: 'trigger',
    payload: { custom_details: { event: '[delivery whd_0001]' } },
  });
});

test('in preview an edit is shown as one, and a notice as a change event', async () => {
  const { lines, previews } = openShown();
  const [chat, , pager] = previews;
  await chat?.tell(madeOrder({ act: 'resolve', ref: 'C1:1.2' }), never);
  await chat?.tell(madeOrder({ act: 'notice', message: madeMessage({ state: 'notice' }) }), never);
  await pager?.tell(madeOrder({ act: 'notice' }), never);
  expect(lines.map(({ shown }) => shown.split('\n')[0])).toEqual([
    'Slack chat.update C0123456789',
    'Slack chat.postMessage C0123456789',
    'PagerDuty POST /v2/change/enqueue',
  ]);
});

const log = openLog('silent', { write: () => undefined });
const common = { timeoutMs: 1_000, pace: 'none' as const, fallbackAfterMs: 60_000 };
const slack = {
  ...common,
  type: 'slack' as const,
  threads: 'changes' as const,
  broadcastResolve: false,
  editEveryMs: 0,
};
const chat = { ...slack, name: 'chat', channel: 'C0123456789', token: 'xoxb', otherTokens: ['xoxb-old'] };

test('for real each is opened at its own address, a list of routing keys at one each', async () => {
  const resolved: ResolvedDestination[] = [
    chat,
    { ...common, name: 'hook', type: 'slack-webhook', url: 'https://hooks.slack.com/services/T/B/secret' },
    { ...common, name: 'pager', type: 'pagerduty', routingKey: 'new', server: 'events.pagerduty.com' },
    { ...common, name: 'pager', type: 'pagerduty', routingKey: 'old', server: 'events.pagerduty.com' },
    { ...common, name: 'shown', type: 'preview' },
  ];
  const openings = openingsOf(rulesOf(rulesFile(), resolved), { preview: false, slackApiUrl, buttons: false, log });
  expect(new Set(openings.map((each) => each.settings)).size).toBe(5);
  const destinations = openings.map((each) => each.open());
  const addresses = destinations.map(({ address }) => address);
  expect(new Set(addresses).size).toBe(5);
  expect(addresses[0]).toBe('slack:C0123456789');
  expect(addresses.join()).not.toMatch(/secret|xoxb|new|old/);
  await Promise.all(destinations.map((each) => each.close()));
});

describe('an address that the rules file does not have any more', () => {
  const rules = rulesOf(rulesFile(), [chat]);
  const former = (credential: string, changes: Partial<KnownAddress> = {}): KnownAddress[] => [
    { address: 'slack:C9', type: 'slack', destination: 'former', credential, ...changes },
  ];
  const beyond = (known: KnownAddress[], reached: string[] = []) =>
    openingsBeyond(known, { rules, reached: new Set(reached), preview: false, slackApiUrl, buttons: false, log });

  test.each(['xoxb', 'xoxb-old'])(
    'and is a channel told with a token that is configured (%s) is told with it',
    async (token) => {
      const known = former(fingerprint(token));
      const { reachable, absent, changed } = beyond(known);
      expect([absent, changed]).toEqual([[], []]);
      const [opened] = reachable.map((each) => each.open());
      expect(opened).toMatchObject({ name: 'former', address: 'slack:C9', credential: fingerprint(token) });
      await opened?.close();
    },
  );

  test.each([
    ['a channel told with another token', former(fingerprint('another'))],
    ['a PagerDuty service', former(fingerprint('xoxb'), { type: 'pagerduty', address: 'pagerduty:x:y' })],
  ])('and is %s is refused, in words', async (_, known) => {
    const { reachable, absent } = beyond(known);
    expect(reachable).toEqual([]);
    const [opened] = absent.map((each) => each.open());
    expect(opened?.address).toBe(known[0]?.address);
    expect(await opened?.tell(madeOrder(), never)).toMatchObject({ kind: 'refused' });
  });

  test('is remembered under another credential while nobody can tell it, and under its own once somebody can', () => {
    const [lost] = beyond(former(fingerprint('another'))).changed;
    expect(lost?.credential).toBe(`absent:${fingerprint('another')}`);
    expect(beyond(lost ? [lost] : [])).toMatchObject({ absent: [expect.anything()], changed: [] });
    const unusable = former(`absent:${fingerprint('xoxb')}`);
    expect(beyond(unusable)).toMatchObject({ reachable: [expect.anything()], changed: former(fingerprint('xoxb')) });
  });

  test('is left to the process that can tell it', () => {
    expect(beyond(former(fingerprint('another')), ['slack:C9'])).toEqual({ reachable: [], absent: [], changed: [] });
  });
});
