import { expect, test } from 'vitest';
import { channelsOf } from '../src/compose-slack-app.ts';

const ada = { users: ['U0123456789'] };
const manner = { type: 'slack', channel: 'C0123456789', threads: 'changes', broadcastResolve: false } as const;
const common = { timeoutMs: 1, pace: 'none', fallbackAfterMs: 1, editEveryMs: 1 } as const;
const leading = (name: string) => ({ ...manner, ...common, name, token: `xoxb-${name}`, otherTokens: [] });
const labelled = (operators?: { users: string[] }) => ({
  ...manner,
  token: { env: 'SLACK_BOT_TOKEN' },
  editEvery: 1,
  operators,
});

test.each([
  ['first', ['guarded', 'open']],
  ['last', ['open', 'guarded']],
])('a channel is guarded by the operators of any label, also where it stands %s', (_, names) => {
  const destinations = new Map([
    ['open', labelled()],
    ['guarded', labelled(ada)],
  ]);
  const [name = ''] = names;
  expect([...channelsOf({ config: { destinations }, destinations: names.map(leading) })]).toEqual([
    ['slack:C0123456789', { name, token: `xoxb-${name}`, operators: ada }],
  ]);
});
