import { expect, test } from 'vitest';
import { linesNamedIn, problemsIn, rulesFile } from './made-rules.ts';

const channel = 'C0123456789';
const ada = { users: ['U0123456789'] };
const bob = { users: ['U9876543210'] };

const slack = (operators?: object, more: object = {}) => ({
  type: 'slack',
  channel,
  ...(operators ? { operators } : {}),
  ...more,
});

/** A file whose rule sends to `chat`; what leads where, in this order. */
const withDestinations = (destinations: Record<string, object>) => rulesFile({ destinations });

test('a channel that one label guards and another does not is a fault, in either order', () => {
  const problem =
    'destinations.chat: leads to the same channel as destinations.other, which has "operators": give it the same, or take those away';
  const after = withDestinations({ chat: slack(), other: slack(ada) });
  expect(problemsIn(after)).toEqual([problem]);
  expect(linesNamedIn(after)).toEqual(['"chat": {']);
  expect(problemsIn(withDestinations({ other: slack(ada), chat: slack() }))).toEqual([problem]);
});

test('a channel that two labels guard differently is a fault, with both places', () => {
  const text = withDestinations({ chat: slack(ada), other: slack(bob), third: slack({ ...ada, groups: ['S012'] }) });
  const message = 'destinations.chat.operators says otherwise of the same channel: give both the same';
  expect(problemsIn(text)).toEqual([
    `destinations.other.operators: ${message}`,
    `destinations.third.operators: ${message}`,
  ]);
});

test('the same operators in another order are the same', () => {
  const users = ['U0123456789', 'U9876543210'];
  const text = withDestinations({
    chat: slack({ users, groups: ['S012'] }),
    other: slack({ groups: ['S012', 'S012'], users: users.toReversed() }),
  });
  expect(problemsIn(text)).toEqual([]);
});

test('another channel, or what has no buttons, may have others', () => {
  const webhook = { type: 'slack-webhook', url: { env: 'URL' } };
  const elsewhere = slack(bob, { channel: 'C9876543210' });
  expect(problemsIn(withDestinations({ chat: slack(ada), elsewhere, webhook }))).toEqual([]);
});
