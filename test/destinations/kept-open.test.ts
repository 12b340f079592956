import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { keptOpen } from '../../src/destinations/kept-open.ts';
import { madeDestination } from '../pipeline/made-destination.ts';
import { madeOrder } from './made-order.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const never = new AbortController().signal;

/** Destinations to be opened by name, and what became of each. */
function openMade() {
  const events: string[] = [];
  const opening = (settings: string) => {
    const made = madeDestination({ name: settings });
    const open = () => {
      events.push(`open ${settings}`);
      return { ...made, close: async () => void events.push(`close ${settings}`) };
    };
    return { settings, open, made };
  };
  const unclosed: unknown[] = [];
  const kept = keptOpen({ lingerMs: 5_000, onUnclosed: (err) => void unclosed.push(err) });
  return { events, unclosed, opening, kept };
}

test('what is used again is kept as it is, and what is not is closed a while later', async () => {
  const { events, opening, kept } = openMade();
  const [before] = kept.use([opening('one'), opening('two')]);
  const [after] = kept.use([opening('one'), opening('three')]);
  expect(after).toBe(before);
  expect(events).toEqual(['open one', 'open two', 'open three']);
  await vi.advanceTimersByTimeAsync(4_999);
  expect(events).not.toContain('close two');
  await vi.advanceTimersByTimeAsync(1);
  expect(events.at(-1)).toBe('close two');
});

test('what is under way there is finished first', async () => {
  const { events, opening, kept } = openMade();
  const { made, ...one } = opening('one');
  const held = made.holdNext();
  const [destination] = kept.use([one]);
  const told = destination?.tell(madeOrder(), never);
  kept.use([]);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(events).toEqual(['open one']);
  held.arrive();
  expect(await told).toMatchObject({ kind: 'told' });
  await vi.advanceTimersByTimeAsync(0);
  expect(events).toEqual(['open one', 'close one']);
});

test('closing closes each once, and waits for nothing', async () => {
  const { events, opening, kept } = openMade();
  kept.use([opening('one')]);
  kept.use([opening('two')]);
  await kept.close();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(events.slice(2)).toEqual(['close two', 'close one']);
});

test('an opening that fails changes nothing', () => {
  const { opening, kept } = openMade();
  const [before] = kept.use([opening('one')]);
  const failing = () => {
    throw new Error('no such host');
  };
  expect(() => kept.use([{ settings: 'two', open: failing }])).toThrow('no such host');
  expect(kept.use([opening('one')])).toEqual([before]);
});

describe('one that does not close', () => {
  const broken = new Error('it does not close');
  const failing = { settings: 'broken', open: () => ({ ...madeDestination(), close: () => Promise.reject(broken) }) };

  test('is said where it is not used any more, and nothing else comes of it', async () => {
    const { events, unclosed, opening, kept } = openMade();
    kept.use([failing, opening('one')]);
    kept.use([]);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(unclosed).toEqual([broken]);
    expect(events.at(-1)).toBe('close one');
  });

  test('keeps none of the others open when all are closed', async () => {
    const { events, unclosed, opening, kept } = openMade();
    kept.use([failing, opening('one')]);
    await kept.close();
    expect(unclosed).toEqual([broken]);
    expect(events.at(-1)).toBe('close one');
  });
});
