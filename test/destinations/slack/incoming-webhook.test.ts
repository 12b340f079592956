import { resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Destination } from '../../../src/destinations/destination.ts';
import { renderForSlack } from '../../../src/destinations/slack/blocks.ts';
import { slackIncomingWebhook } from '../../../src/destinations/slack/incoming-webhook.ts';
import { type FakeSlack, startFakeSlack } from '../../fakes/fake-slack.ts';
import { describeDestination } from '../destination-contract.ts';
import { madeEnding, madeMessage, madeOrder } from '../made-order.ts';

const path = 'T0000/B0000/made-for-a-test';

describeDestination('a Slack incoming webhook', {
  make: slackIncomingWebhook,
  exported: { file: resolve('src/destinations/slack/incoming-webhook.ts'), name: 'slackIncomingWebhook' },
  settings: (port, timeoutMs) => ({
    name: 'deliverability',
    url: `http://127.0.0.1:${port}/services/${path}`,
    timeoutMs,
    pace: 'none' as const,
    fallbackAfterMs: 600_000,
  }),
  tls: false,
  secrets: [path, 'made-for-a-test'],
  happy: { status: 200, body: 'ok' },
  kinds: (status) => (status >= 300 && status < 500 ? 'retry' : 'ambiguous'),
  halfAnswered: 'ambiguous',
});

describe('a Slack incoming webhook', () => {
  const never = new AbortController().signal;
  let slack: FakeSlack;
  let destination: Destination;

  beforeEach(async () => {
    slack = await startFakeSlack({ token: 'xoxb-unused', channels: ['C0123456789'] });
    const settings = { name: 'x', url: slack.webhookUrl, timeoutMs: 5_000, fallbackAfterMs: 600_000 };
    destination = slackIncomingWebhook({ ...settings, pace: 'none' });
  });
  afterEach(async () => {
    await destination.close();
    await slack.close();
  });

  it('goes by a fingerprint of its URL, and can neither edit, reply nor look', () => {
    const ways = { edits: false, folds: false, finds: false, threads: false, acknowledges: false, editEveryMs: 0 };
    expect(destination).toMatchObject({ type: 'slack-webhook', ways });
    expect(destination.address).toMatch(/^slack-webhook:[0-9a-f]{16}$/);
    const acts = ['open', 'update', 'resolve', 'notice'] as const;
    expect(new Set(acts.map((act) => destination.budget({ act, ref: undefined }))).size).toBe(1);
  });

  it('posts a rise in severity as a message of its own, which says so', async () => {
    await destination.tell(madeOrder(), never);
    const message = madeMessage({ severity: 'critical' });
    await destination.tell(madeOrder({ act: 'update', ref: 'posted', message }), never);
    expect(slack.messages('C0123456789').map(({ text }) => text)).toEqual([
      'Warning: acme.example inbox rate 62 %',
      'Now critical: acme.example inbox rate 62 %',
    ]);
  });

  it('says that something is open again, though it can link nothing', async () => {
    const order = madeOrder({ message: madeMessage({ number: 2 }), before: { number: 1, ref: 'posted' } });
    expect((await destination.tell(order, never)).kind).toBe('told');
    expect(JSON.stringify(slack.messages('C0123456789'))).toContain('*Reopened:* episode 2"');
  });

  it('tells in a few plain lines where the full form was refused', async () => {
    slack.setForm('invalid_blocks');
    expect(await destination.tell(madeOrder(), never)).toMatchObject({ kind: 'refused', content: true });
    expect((await destination.tell(madeOrder({ short: true }), never)).kind).toBe('told');
    expect(slack.messages('C0123456789')).toMatchObject([{ blocks: [], attachments: [] }]);
  });

  it('is refused as a credential where the webhook is gone', async () => {
    slack.setChannel('C0123456789', 'no_service');
    expect(await destination.tell(madeOrder(), never)).toMatchObject({ kind: 'refused', credential: true });
  });

  it('posts the same message as a bot would, and the end as another', async () => {
    expect(await destination.tell(madeOrder(), never)).toEqual({ kind: 'told', ref: 'posted' });
    const message = madeMessage({ state: 'resolved', end: madeEnding() });
    const over = madeOrder({ act: 'resolve', ref: 'posted', message });
    expect(await destination.tell(over, never)).toEqual({ kind: 'told', ref: 'posted' });
    const [opened, resolved] = slack.messages('C0123456789');
    expect(opened).toMatchObject(renderForSlack(madeMessage()));
    expect(resolved?.text).toMatch(/^Resolved: /);
  });

  it('is refused by Slack’s own word, and says what to do', async () => {
    slack.setChannel('C0123456789', 'is_archived');
    const result = await destination.tell(madeOrder(), never);
    expect(result).toEqual({
      kind: 'refused',
      reason: 'Slack answered is_archived: unarchive the channel, or tell another',
    });
  });
});
