import { expect, test } from 'vitest';
import { openDestinations, openPreviews } from '../src/compose-destinations.ts';
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
  return { log, lines, config: configOf(rulesFile({ destinations })) };
}

test('in preview each label is one destination that shows what the real one would have got', async () => {
  const { log, lines, config } = openShown();
  const previews = openPreviews(config, log);
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
  const { log, lines, config } = openShown();
  const [chat, , pager] = openPreviews(config, log);
  await chat?.tell(madeOrder({ act: 'resolve', ref: 'C1:1.2' }), never);
  await chat?.tell(madeOrder({ act: 'notice', message: madeMessage({ state: 'notice' }) }), never);
  await pager?.tell(madeOrder({ act: 'notice' }), never);
  expect(lines.map(({ shown }) => shown.split('\n')[0])).toEqual([
    'Slack chat.update C0123456789',
    'Slack chat.postMessage C0123456789',
    'PagerDuty POST /v2/change/enqueue',
  ]);
});

test('for real each is opened at its own address, a list of routing keys at one each', async () => {
  const { log } = openShown();
  const common = { timeoutMs: 1_000, pace: 'none' as const };
  const destinations = openDestinations(
    [
      { ...common, name: 'chat', type: 'slack', channel: 'C0123456789', token: 'xoxb' },
      { ...common, name: 'hook', type: 'slack-webhook', url: 'https://hooks.slack.com/services/T/B/secret' },
      { ...common, name: 'pager', type: 'pagerduty', routingKey: 'new', server: 'events.pagerduty.com' },
      { ...common, name: 'pager', type: 'pagerduty', routingKey: 'old', server: 'events.pagerduty.com' },
      { ...common, name: 'shown', type: 'preview' },
    ],
    'https://slack.com/api/',
    log,
  );
  const addresses = destinations.map(({ address }) => address);
  expect(new Set(addresses).size).toBe(5);
  expect(addresses[0]).toBe('slack:C0123456789');
  expect(addresses.join()).not.toMatch(/secret|xoxb|new|old/);
  await Promise.all(destinations.map((each) => each.close()));
});
