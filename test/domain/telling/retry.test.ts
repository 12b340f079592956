import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Failed } from '../../../src/domain/telling/retry.ts';
import { afterFailure } from '../../../src/domain/telling/retry.ts';

const day = 86_400_000;

function next(over: Partial<Failed> = {}) {
  return afterFailure({
    result: { kind: 'retry', reason: 'it answered 503' },
    failures: 0,
    owedSince: 0,
    now: 0,
    ending: false,
    chance: 1,
    ...over,
  });
}

test.each([
  [0, 1_000],
  [1, 2_000],
  [2, 4_000],
  [8, 256_000],
  [9, 300_000],
  [1_000_000, 300_000],
])('after %i failures the pause is at most %i ms', (failures, afterMs) => {
  expect(next({ failures })).toEqual({ again: true, afterMs });
});

test('the pause is anywhere from nothing to that', () => {
  expect(next({ failures: 3, chance: 0 })).toEqual({ again: true, afterMs: 0 });
  expect(next({ failures: 3, chance: 0.5 })).toEqual({ again: true, afterMs: 4_000 });
});

test('what the destination asked for is the least, also beyond our own longest', () => {
  const asked = { kind: 'retry', reason: 'over its limit', afterMs: 600_000 } as const;
  expect(next({ result: asked, chance: 0 })).toEqual({ again: true, afterMs: 600_000 });
  expect(next({ result: { ...asked, afterMs: 10 }, chance: 1 })).toEqual({ again: true, afterMs: 1_000 });
});

test('what was refused is given up at once', () => {
  expect(next({ result: { kind: 'refused', reason: 'channel_not_found' } })).toEqual({
    again: false,
    reason: 'channel_not_found',
  });
});

describe.each(['retry', 'ambiguous'] as const)('what failed for a reason that passes (%s)', (kind) => {
  const result = { kind, reason: 'it answered 503' };

  test('is tried for 7 days, an end for 30', () => {
    expect(next({ result, now: 7 * day }).again).toBe(true);
    expect(next({ result, now: 30 * day, ending: true }).again).toBe(true);
  });

  test('is given up after that, and says so', () => {
    expect(next({ result, now: 7 * day + 1 })).toEqual({
      again: false,
      reason: 'given up after 7 days: it answered 503',
    });
    expect(next({ result, now: 30 * day + 1, ending: true })).toMatchObject({ reason: /30 days/ });
  });

  test('is never given up for how often it failed', () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.nat({ max: 7 * day }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (failures, now, chance) => {
          const then = next({ result, failures, now, chance });
          expect(then.again && then.afterMs >= 0 && then.afterMs <= 300_000).toBe(true);
        },
      ),
    );
  });
});
