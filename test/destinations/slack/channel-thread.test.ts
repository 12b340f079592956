import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Destination, Order, Result } from '../../../src/destinations/destination.ts';
import { slackChannel } from '../../../src/destinations/slack/channel.ts';
import { renderOrder } from '../../../src/destinations/slack/render-order.ts';
import type { EpisodeChange } from '../../../src/domain/incident/incident.ts';
import { type FakeSlack, startFakeSlack } from '../../fakes/fake-slack.ts';
import { anyChange, anyMessage } from '../any-message.ts';
import { madeEnding, madeMessage, madeOrder } from '../made-order.ts';
import { madeManner } from './made-manner.ts';

const channel = 'C0123456789';
const never = new AbortController().signal;
const raised: EpisodeChange = { revision: 2, at: 0, what: 'raised', from: 'warning', to: 'critical' };
const ended: EpisodeChange = { revision: 3, at: 0, what: 'ended' };
const over = madeMessage({ state: 'resolved', end: madeEnding() });

let slack: FakeSlack;
let destination: Destination;
let root: string;

beforeEach(async () => {
  slack = await startFakeSlack({ token: 'xoxb-made-for-a-test', channels: [channel] });
  destination = madeChannel();
  root = refIn(await tell());
});
afterEach(async () => {
  await destination.close();
  await slack.close();
});

function madeChannel(changes: { broadcastResolve?: boolean; threads?: 'none' } = {}): Destination {
  const { token, apiUrl } = slack;
  return slackChannel({ name: 'x', channel, token, apiUrl, timeoutMs: 5_000, pace: 'none', ...madeManner, ...changes });
}

function tell(changes: Partial<Order> = {}): Promise<Result> {
  return destination.tell(madeOrder(changes), never);
}

function reply(change: EpisodeChange, changes: Partial<Order> = {}): Promise<Result> {
  return tell({ act: 'reply', ref: root, notificationId: `reply-${change.revision}`, change, ...changes });
}

function refIn(result: Result): string {
  if (result.kind !== 'told') throw new Error(`not told: ${JSON.stringify(result)}`);
  return result.ref;
}

const tsOf = (ref: string) => ref.split(':')[1] ?? '';
const below = () => slack.thread(channel, tsOf(root)).map(({ text }) => text);

describe('a reply below what was posted', () => {
  it('says what changed, in the thread and not in the channel', async () => {
    const ref = refIn(await reply(raised));
    await reply(ended, { message: over });
    expect(below()).toEqual(['Severity raised from warning to critical', 'Resolved after 2 h 5 min: inbox rate 91.0%']);
    expect(slack.messages(channel)).toHaveLength(1);
    expect(ref).not.toBe(root);
  });

  it('leaves the message above as it is', async () => {
    const before = structuredClone(slack.messages(channel));
    await reply(raised);
    expect(slack.messages(channel)).toEqual(before);
  });

  it('shows the end in the channel as well where that is wanted, and nothing else', async () => {
    await destination.close();
    destination = madeChannel({ broadcastResolve: true });
    await reply(raised);
    await reply(ended, { message: over });
    expect(slack.messages(channel).map(({ text }) => text)).toEqual([
      'Warning: acme.example inbox rate 62 %',
      'Resolved after 2 h 5 min: inbox rate 91.0%',
    ]);
    expect(below()).toHaveLength(2);
  });

  it('pings nobody, whatever people write on the command line', async () => {
    const by = '<@U1>';
    await reply({
      revision: 2,
      at: 0,
      what: 'acknowledged',
      by,
      comment: '<!channel> see <https://x.example|y>\n& more',
    });
    expect(below()).toEqual([
      'Acknowledged by &lt;@U1&gt;: &lt;!channel&gt; see &lt;https://x.example|y&gt; &amp; more',
    ]);
    expect(slack.calls.at(-1)?.args).toMatchObject({ parse: 'none', link_names: 'false', unfurl_links: 'false' });
  });

  it('is within the limits and has no markup, whatever the change and the message', () => {
    fc.assert(
      fc.property(anyChange, anyMessage, fc.boolean(), (change, message, short) => {
        const { text, ...rest } = renderOrder(madeOrder({ act: 'reply', ref: root, change, message, short }));
        expect(rest).toEqual({});
        expect(text.length).toBeGreaterThan(0);
        expect(text.length).toBeLessThanOrEqual(4_000);
        expect(text.match(/[<>]|&(?!amp;|lt;|gt;)/g)).toBeNull();
        expect(text.isWellFormed()).toBe(true);
      }),
    );
  });

  it('is found again by its own id, also behind many others, and not among the messages of the channel', async () => {
    const since = Date.now() - 1_000;
    for (let i = 0; i < 120; i += 1) await reply({ ...raised, revision: 100 + i });
    const ref = refIn(await reply(raised));
    const sought = { notificationId: 'reply-2', since };
    expect(await destination.find({ ...sought, below: root }, never)).toEqual({ kind: 'found', refs: [ref] });
    expect(await destination.find(sought, never)).toEqual({ kind: 'absent' });
    const unknown = { notificationId: 'never told', since, below: root };
    expect(await destination.find(unknown, never)).toEqual({ kind: 'absent' });
  });

  it('is left open where it was kept and the answer was lost, and then found', async () => {
    slack.failNext('reset-after-keeping');
    expect((await reply(raised)).kind).toBe('ambiguous');
    const found = await destination.find({ notificationId: 'reply-2', since: Date.now(), below: root }, never);
    expect(found.kind).toBe('found');
  });

  it('is not below a message that is gone', async () => {
    slack.deleteMessage(channel, tsOf(root));
    const found = await destination.find({ notificationId: 'reply-2', since: 0, below: root }, never);
    expect(found).toEqual({ kind: 'absent' });
  });

  it('is told all the same where Slack posts it into the channel, since the message above is gone', async () => {
    slack.deleteMessage(channel, tsOf(root));
    expect((await reply(ended, { message: over })).kind).toBe('told');
    expect(slack.messages(channel).map(({ text }) => text)).toEqual(['Resolved after 2 h 5 min: inbox rate 91.0%']);
    expect(await tell({ act: 'resolve', ref: root, message: over })).toMatchObject({ kind: 'refused', lost: 'gone' });
  });

  it('says what to do where no replies may be posted', async () => {
    slack.setMethod('chat.postMessage', 'restricted_action_non_threadable_channel');
    expect(await reply(raised)).toEqual({ kind: 'refused', reason: expect.stringContaining('"threads": "none"') });
  });

  it('is not wanted where threads are none', async () => {
    await destination.close();
    destination = madeChannel({ threads: 'none' });
    expect(destination.ways.threads).toBe(false);
  });
});
