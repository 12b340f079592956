import type { Problem } from '../domain/filter/filter.ts';
import { isObject } from '../domain/filter/filter.ts';
import { section } from './check-names.ts';

/**
 * Whether labels of one channel agree on who may press there: a message does not show by which label it was told, and
 * whoever guards a channel by one of them means the channel.
 */
export function checkOperators(value: unknown, problems: Problem[]): void {
  for (const labels of byChannel(section(value, 'destinations'))) {
    const guard = labels.find(({ operators }) => operators !== undefined);
    if (!guard) continue;
    const { name: first } = guard;
    const others = labels.filter(({ operators }) => idsIn(operators) !== idsIn(guard.operators));
    for (const { name, operators } of others) {
      problems.push(operators === undefined ? unguarded(name, first) : differing(name, first));
    }
  }
}

function unguarded(name: string, first: string): Problem {
  const as = `leads to the same channel as destinations.${first}, which has "operators"`;
  return { path: `destinations.${name}`, message: `${as}: give it the same, or take those away` };
}

function differing(name: string, first: string): Problem {
  const otherwise = `destinations.${first}.operators says otherwise of the same channel`;
  return { path: `destinations.${name}.operators`, message: `${otherwise}: give both the same` };
}

type Label = { name: string; operators: unknown };

function byChannel(destinations: Record<string, unknown>): Label[][] {
  const slack = Object.entries(destinations).flatMap(([name, each]) =>
    isObject(each) && each.type === 'slack' && typeof each.channel === 'string'
      ? [{ name, channel: each.channel, operators: each.operators }]
      : [],
  );
  return [...Map.groupBy(slack, ({ channel }) => channel).values()];
}

/** In whatever order they stand, and however often. */
function idsIn(operators: unknown): string | undefined {
  if (!isObject(operators)) return undefined;
  const sorted = (ids: unknown) => (Array.isArray(ids) ? [...new Set(ids)].toSorted() : []);
  return JSON.stringify([sorted(operators.users), sorted(operators.groups)]);
}
