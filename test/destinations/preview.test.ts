import { expect, it } from 'vitest';
import { preview } from '../../src/destinations/preview.ts';
import { madeOrder } from './made-order.ts';

it('shows what would have been told, and is told', async () => {
  const shown: unknown[] = [];
  const destination = preview({
    name: 'on-call',
    address: 'pagerduty:events.pagerduty.com:0011223344556677',
    ways: {
      edits: true,
      folds: true,
      finds: false,
      threads: true,
      acknowledges: true,
      editEveryMs: 0,
      fallbackAfterMs: 120_000,
    },
    render: ({ act, key }) => ({ act, key }),
    show: (rendered) => shown.push(rendered),
  });
  const { signal } = new AbortController();
  const opened = await destination.tell(madeOrder(), signal);
  expect(opened).toEqual({ kind: 'told', ref: 'preview:0123456789abcdef01234567' });
  expect(await destination.tell(madeOrder({ act: 'resolve', ref: 'preview:x' }), signal)).toEqual({
    kind: 'told',
    ref: 'preview:x',
  });
  expect(await destination.tell(madeOrder({ act: 'reply', ref: 'preview:x', notificationId: 'r:2' }), signal)).toEqual({
    kind: 'told',
    ref: 'preview:r:2',
  });
  expect(shown).toEqual([
    { act: 'open', key: 'placement:acme.example' },
    { act: 'resolve', key: 'placement:acme.example' },
    { act: 'reply', key: 'placement:acme.example' },
  ]);
  expect(destination).toMatchObject({
    type: 'preview',
    name: 'on-call',
    address: expect.stringContaining('pagerduty:'),
  });
  await destination.close();
});
