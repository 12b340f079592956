import { expect, it } from 'vitest';
import { absentDestination } from '../../src/destinations/absent.ts';
import { madeOrder } from './made-order.ts';

const { signal } = new AbortController();
const address = 'pagerduty:events.pagerduty.com:0011223344556677';

it.each(['open', 'update', 'acknowledge', 'reply', 'resolve', 'notice'] as const)(
  'an address that nothing leads to refuses, and says where to look: %s',
  async (act) => {
    const absent = absentDestination({ address, name: 'on-call', type: 'pagerduty' });
    expect(await absent.tell(madeOrder({ act }), signal)).toEqual({
      kind: 'refused',
      reason:
        'no destination in the rules file leads to on-call (pagerduty:events.pagerduty.com:0011223344556677) any more; ' +
        'its dedup key there is placement:acme.example',
    });
    await absent.close();
  },
);

it('without a label it goes by its address alone', async () => {
  const absent = absentDestination({ address, name: address, type: 'pagerduty' });
  expect(await absent.tell(madeOrder({ key: 'k#2' }), signal)).toMatchObject({
    reason: `no destination in the rules file leads to ${address} any more; its dedup key there is k#2`,
  });
});

it.each([
  ['pagerduty', true, true],
  ['slack', true, false],
  ['slack-webhook', false, false],
  ['preview', true, false],
] as const)('what stands there is judged as at any %s, and nothing is looked for', async (type, edits, folds) => {
  const absent = absentDestination({ address: 'there', name: 'chat', type });
  expect(absent).toMatchObject({ type, address: 'there', ways: { edits, folds, finds: false } });
  expect(await absent.find({ notificationId: 'n', since: 0 }, signal)).toMatchObject({ kind: 'refused' });
});
