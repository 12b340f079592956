import type { RulesTest } from '../domain/rules/rules-test.ts';
import type { TestStage } from '../pipeline/rehearsal/run-rules-test.ts';
import { runRulesTest } from '../pipeline/rehearsal/run-rules-test.ts';

/** A test that passes: of the first thing a sender may send that somebody is told of, or else of the first at all. */
export function exampleTest(stage: TestStage): RulesTest | undefined {
  const tried = [...stage.speakers].flatMap(([source, { type }]) =>
    type.documentedTypes.map((fire) => {
      const test: RulesTest = { name: `${fire} from ${source}`, events: [{ source, fire }], expect: {} };
      return { test, came: runRulesTest(test, stage) };
    }),
  );
  const { test, came } = tried.find((each) => each.came.told.length > 0) ?? tried[0] ?? {};
  if (!test || !came) return undefined;
  const open = Object.entries(came.incidents).filter(([, stands]) => stands === 'open');
  const told = [...new Set(came.told.map(({ destination }) => destination))];
  return { ...test, expect: { ...(open.length > 0 ? { incidents: Object.fromEntries(open) } : {}), told } };
}
