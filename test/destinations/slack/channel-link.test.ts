import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Destination, Order, Result } from '../../../src/destinations/destination.ts';
import { slackChannel } from '../../../src/destinations/slack/channel.ts';
import { type FakeSlack, startFakeSlack } from '../../fakes/fake-slack.ts';
import { madeMessage, madeOrder } from '../made-order.ts';
import { madeManner } from './made-manner.ts';

const channel = 'C0123456789';
const never = new AbortController().signal;
const before = { number: 1, ref: `${channel}:1754049570.000100` };
const byWorkspace = '<https://fake.slack.com/archives/C0123456789/p1754049570000100|episode 1>';
const byAny = '<https://slack.com/archives/C0123456789/p1754049570000100|episode 1>';

let slack: FakeSlack;
let destination: Destination;

beforeEach(async () => {
  slack = await startFakeSlack({ token: 'xoxb-made-for-a-test', channels: [channel] });
  const { token, apiUrl } = slack;
  destination = slackChannel({ name: 'x', channel, token, apiUrl, timeoutMs: 5_000, pace: 'none', ...madeManner });
});
afterEach(async () => {
  await destination.close();
  await slack.close();
});

function tell(changes: Partial<Order> = {}): Promise<Result> {
  return destination.tell(madeOrder({ message: madeMessage({ number: 2 }), before, ...changes }), never);
}

const shown = () => slack.messages(channel).map((message) => JSON.stringify(message));
const asked = () => slack.calls.filter(({ method }) => method === 'auth.test').length;

describe('a message that stands for one that cannot be edited any more', () => {
  const former = before.ref;
  const link = '<https://slack.com/archives/C0123456789/p1754049570000100|the message before>';
  const one = madeMessage({ number: 1 });

  it.each([false, true])('links that one, also in the short form: %j', async (short) => {
    expect((await destination.tell(madeOrder({ message: one, former, short }), never)).kind).toBe('told');
    expect(shown()).toEqual([expect.stringMatching(/Told anew:\*? /)]);
    expect(shown()[0]).toContain(`${link} cannot be edited any more`);
  });

  it.each(['posted', 'C1:1.1|<!channel>'])('has no link to what cannot be linked: %j', async (ref) => {
    await destination.tell(madeOrder({ message: one, former: ref }), never);
    expect(shown()).toEqual([expect.not.stringContaining('Told anew')]);
  });
});

describe('a message of what is open again', () => {
  it('links what was told before, by way of slack.com while the workspace is not known', async () => {
    expect((await tell()).kind).toBe('told');
    expect(shown()).toEqual([expect.stringContaining(`*Reopened:* episode 2, after ${byAny}`)]);
  });

  it('links it by its workspace, once that is known, for which is asked once', async () => {
    const told = await tell();
    await expect.poll(asked).toBe(1);
    await expect
      .poll(async () => {
        await tell({ act: 'update', ref: told.kind === 'told' ? told.ref : undefined });
        return shown()[0];
      })
      .toContain(byWorkspace);
    await tell();
    expect(shown()).toEqual([expect.stringContaining(byWorkspace), expect.stringContaining(byWorkspace)]);
    expect(asked()).toBe(1);
  });

  it('links it in the short form as well', async () => {
    await tell({ short: true });
    expect(slack.messages(channel)[0]?.text).toContain(`Reopened: episode 2, after ${byAny}`);
  });

  it.each(['hang', '500', 'reset', { retryAfter: '60' }] as const)(
    'neither waits for the workspace nor fails with it: %j',
    async (fault) => {
      slack.failMethod('auth.test', fault);
      expect((await tell()).kind).toBe('told');
      expect((await tell()).kind).toBe('told');
      expect(shown()).toEqual([expect.stringContaining(byAny), expect.stringContaining(byAny)]);
    },
  );

  it.each(['https://evil.example/', 'https://x.slack.com/|<!channel>', 'http://x.slack.com/', '', 7, null])(
    'does not take %j for a workspace',
    async (url) => {
      slack.failMethod('auth.test', { status: 200, body: JSON.stringify({ ok: true, url }) });
      await tell();
      await expect.poll(() => slack.hits()).toBe(2);
      await tell();
      await tell();
      expect(shown().at(-1)).toContain(byAny);
    },
  );

  it.each(['posted', 'preview:0123', 'C1:1.1|<!channel>', ''])(
    'has no link to what cannot be linked: %j',
    async (ref) => {
      expect((await tell({ before: { number: 1, ref } })).kind).toBe('told');
      expect(shown()).toEqual([expect.stringContaining('*Reopened:* episode 2"')]);
    },
  );

  it('asks for no workspace where nothing is linked', async () => {
    await destination.tell(madeOrder(), never);
    expect(slack.hits()).toBe(1);
  });
});
