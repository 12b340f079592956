import { pino } from 'pino';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { PollLoop } from '../../src/runtime/poll-loop.ts';
import { pollLoop } from '../../src/runtime/poll-loop.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date', 'performance', 'setTimeout', 'clearTimeout', 'setImmediate'] });
});

type Turn = () => Promise<number>;

/** A loop that counts its turns. Each does what is next of these, or else sleeps for a second. */
function openLoop(...next: Turn[]) {
  const lines: Record<string, unknown>[] = [];
  const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  const turns: number[] = [];
  const startedAt = Date.now();
  const loop = pollLoop(
    'test',
    async () => {
      turns.push(Date.now() - startedAt);
      return (await next.shift()?.()) ?? 1_000;
    },
    log,
  );
  onTestFinished(async () => {
    const over = loop.stop();
    await pass(breathMs);
    await over;
    vi.useRealTimers();
  });
  return { loop, turns, lines };
}

/** Turns may begin so far apart that one takes up what several wake-ups told of. */
const breathMs = 10;
const fails: Turn = () => Promise.reject(new Error('no luck'));
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

/** Stops it while the clock all but stands still: it has to end by itself. */
async function stopped(loop: PollLoop): Promise<boolean> {
  const stop = loop.stop().then(() => true);
  return Promise.race([stop, pass(breathMs).then(() => false)]);
}

describe('a poll loop', () => {
  test('works at once, and sleeps as long as its turn says', async () => {
    const { turns } = openLoop(async () => 300);
    await pass(3_299);
    expect(turns).toEqual([0, 300, 1_300, 2_300]);
  });

  test('goes on at once while there is more to do', async () => {
    const { turns } = openLoop(...Array.from({ length: 5 }, () => async () => 0));
    await pass(6 * breathMs);
    expect(turns).toHaveLength(6);
  });

  test('is cut short in its sleep when it is woken', async () => {
    const { loop, turns } = openLoop();
    await pass(250);
    loop.wake();
    await pass(0);
    expect(turns).toEqual([0, 250]);
    await pass(1_000);
    expect(turns).toEqual([0, 250, 1_250]);
  });

  test('that is woken in its turn runs once more, after a breath, and not more often', async () => {
    const turn = Promise.withResolvers<number>();
    const { loop, turns } = openLoop(() => turn.promise);
    await pass(100);
    loop.wake();
    loop.wake();
    turn.resolve(1_000);
    await pass(900);
    expect(turns).toEqual([0, 108]);
  });

  test('whose turn throws pauses and goes on, longer each time up to five seconds', async () => {
    const { turns, lines } = openLoop(...Array.from({ length: 9 }, () => fails));
    await pass(30_000);
    const pauses = turns.slice(1, 10).map((at, i) => at - (turns[i] ?? 0));
    expect(pauses).toEqual([100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000, 5_000]);
    expect(lines).toMatchObject([
      { level: 50, msg: 'loop.failed', loop: 'test', failures: 1, err: { message: 'no luck' } },
      { level: 30, msg: 'loop.recovered', failures: 9 },
    ]);
  });

  test('whose turn throws is not hurried by a wake', async () => {
    const { loop, turns } = openLoop(fails, fails);
    await pass(50);
    loop.wake();
    await pass(49);
    expect(turns).toEqual([0]);
    await pass(1);
    expect(turns).toEqual([0, 100]);
  });

  test('begins with short pauses again once a turn went well', async () => {
    const { turns } = openLoop(fails, fails, async () => 10, fails);
    await pass(500);
    expect(turns).toEqual([0, 100, 300, 310, 410]);
  });

  test('that throws on and on says so now and then, not each time', async () => {
    const { lines } = openLoop(...Array.from({ length: 30 }, () => fails));
    await pass(180_000);
    const failed = lines.filter(({ msg }) => msg === 'loop.failed');
    expect(failed.map(({ failures }) => failures)).toEqual([1, 10, 20, 30]);
  });
});

describe('a poll loop that is stopped', () => {
  test('in its sleep is over at once', async () => {
    const { loop, turns } = openLoop();
    await pass(100);
    expect(await stopped(loop)).toBe(true);
    await pass(10_000);
    expect(turns).toHaveLength(1);
  });

  test('in its pause after a failure is over at once', async () => {
    const { loop } = openLoop(...Array.from({ length: 9 }, () => fails));
    await pass(10_000);
    expect(await stopped(loop)).toBe(true);
  });

  test('waits for the turn under way and begins no other', async () => {
    const turn = Promise.withResolvers<number>();
    const { loop, turns } = openLoop(() => turn.promise);
    await pass(100);
    loop.wake();
    let over = false;
    const stop = loop.stop().then(() => {
      over = true;
    });
    await pass(5_000);
    expect(over).toBe(false);
    turn.resolve(0);
    await stop;
    await pass(5_000);
    expect(turns).toHaveLength(1);
  });
});
