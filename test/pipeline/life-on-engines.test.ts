/**
 * The promises, held against stories that nobody thought of: deliveries, people, time, places that fail and processes
 * that are held up or die, in any order, on each engine. When everything has settled, what everybody was told has to
 * be what is true.
 *
 * What fails is printed as small a story as does, with its seed and path. To run others, or more of them:
 *   TOCSIN_LIFE_RUNS=5000 TOCSIN_SEED=123 npx vitest run test/pipeline/life-on-engines.test.ts
 *   TOCSIN_SEED=123 TOCSIN_LIFE_PATH=0:1:2 npx vitest run test/pipeline/life-on-engines.test.ts -t SQLite
 */
import fc from 'fast-check';
import { describe, test } from 'vitest';
import { onceWrong } from './life/once-wrong.ts';
import { expectAllRung, expectNothingOpen, expectPromises } from './life/promises.ts';
import type { Step } from './life/step.ts';
import { anyStory } from './life/step.ts';
import { openTown } from './life/town.ts';
import type { Engine } from './open-store.ts';
import { engines } from './open-store.ts';

const { TOCSIN_LIFE_RUNS = '250', TOCSIN_LIFE_PATH } = process.env;
const numRuns = Number(TOCSIN_LIFE_RUNS);
const replayed = TOCSIN_LIFE_PATH === undefined ? {} : { path: TOCSIN_LIFE_PATH };
const mostSteps = 60;

async function live(engine: Engine, story: readonly Step[]): Promise<void> {
  const town = await openTown(engine);
  try {
    for (const step of story) await town.take(step);
    await town.settle();
    await expectPromises(town);
    await town.allClear();
    await expectPromises(town);
    await expectNothingOpen(town);
    await town.allBad();
    await expectPromises(town);
    await expectAllRung(town);
  } finally {
    await town.close();
  }
}

describe.each(engines)('on %s', (engine) => {
  test.each(Object.entries(onceWrong))('it ends well though %s', (_, story) => live(engine, story));

  test(
    'whatever happens, each place was told last what is true, and whoever was rung is un-rung',
    async () => {
      await fc.assert(
        fc.asyncProperty(anyStory(mostSteps), (story) => live(engine, story)),
        { numRuns, ...replayed },
      );
    },
    60_000 + numRuns * 2_000,
  );
});
