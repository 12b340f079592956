import { resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Destination } from '../../../src/destinations/destination.ts';
import { renderForSlack } from '../../../src/destinations/slack/blocks.ts';
import { slackIncomingWebhook } from '../../../src/destinations/slack/incoming-webhook.ts';
import { type FakeSlack, startFakeSlack } from '../../fakes/fake-slack.ts';
import { describeDestination } from '../destination-contract.ts';
import { madeMessage, madeOrder } from '../made-order.ts';

const path = 'T0000/B0000/made-for-a-test';

describeDestination('a Slack incoming webhook', {
  make: slackIncomingWebhook,
  exported: { file: resolve('src/destinations/slack/incoming-webhook.ts'), name: 'slackIncomingWebhook' },
  settings: (port, timeoutMs) => ({
    name: 'deliverability',
    url: `http://127.0.0.1:${port}/services/${path}`,
    timeoutMs,
    pace: 'none' as const,
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
    destination = slackIncomingWebhook({ name: 'x', url: slack.webhookUrl, timeoutMs: 5_000, pace: 'none' });
  });
  afterEach(async () => {
    await destination.close();
    await slack.close();
  });

  it('goes by a fingerprint of its URL, and cannot edit', () => {
    expect(destination).toMatchObject({ type: 'slack-webhook', ways: { edits: false, folds: false } });
    expect(destination.address).toMatch(/^slack-webhook:[0-9a-f]{16}$/);
  });

  it('posts the same message as a bot would, and the end as another', async () => {
    expect(await destination.tell(madeOrder(), never)).toEqual({ kind: 'told', ref: 'posted' });
    const end = { at: Date.now(), why: 'cleared' as const, words: 'recovered' };
    const over = madeOrder({ act: 'resolve', ref: 'posted', message: madeMessage({ state: 'resolved', end }) });
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
