import { expect, test } from 'vitest';
import { notificationId } from '../../../src/domain/telling/notification.ts';

test('an id is 24 hex digits, of key, episode and address', () => {
  const ids = [
    notificationId('a', 1, 'slack:C1'),
    notificationId('a', 2, 'slack:C1'),
    notificationId('b', 1, 'slack:C1'),
    notificationId('a', 1, 'slack:C2'),
  ];
  expect(new Set(ids).size).toBe(4);
  expect(ids.every((id) => /^[0-9a-f]{24}$/.test(id))).toBe(true);
  expect(notificationId('a', 1, 'slack:C1')).toBe(ids[0]);
});
