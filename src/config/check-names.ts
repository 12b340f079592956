import type { Problem } from '../domain/filter/filter.ts';
import { isObject } from '../domain/filter/filter.ts';
import { nearest } from '../domain/filter/nearest.ts';

/**
 * Whether what is named is there: sources, destinations and fallbacks. Of a file that may have faults elsewhere, so
 * that these do not hide the others.
 */
export function checkNames(value: unknown, problems: Problem[]): void {
  const destinations = section(value, 'destinations');
  const sources = section(value, 'sources');
  const names = { source: Object.keys(sources), destination: Object.keys(destinations) };
  if (isObject(value) && isObject(value.sources) && !Object.values(sources).some((each) => !isAnswering(each))) {
    const message =
      'there is none that sends events, so that no rule hears anything: add one of type "inbox-check" or "reachscore"';
    problems.push({ path: 'sources', message });
  }
  const check = (kind: 'source' | 'destination', name: unknown, path: string) => {
    if (typeof name !== 'string' || names[kind].includes(name)) return;
    const hint = nearest(name, names[kind]);
    const way = hint ? `did you mean "${hint}"?` : `there are: ${names[kind].join(', ') || 'none'}`;
    problems.push({ path, message: `there is no ${kind} "${name}": ${way}` });
  };
  for (const [i, rule] of rawRules(value).entries()) {
    for (const [j, name] of namesIn(rule).entries()) {
      check('source', name, `rules[${i}].from[${j}]`);
      if (isAnswering(sources[String(name)])) {
        const message = `"${name}" sends what people do to their pages, which no rule hears: leave it out`;
        problems.push({ path: `rules[${i}].from[${j}]`, message });
      }
    }
    for (const { name, at } of labelsOf(rule)) check('destination', name, `rules[${i}].${at}`);
  }
  check('destination', isObject(value) ? value.owner : undefined, 'owner');
  const fallbacks = new Map(Object.entries(destinations).map(([name, each]) => [name, fallbackIn(each)]));
  for (const [name, fallback] of fallbacks) check('destination', fallback, `destinations.${name}.fallback`);
  checkCircles(fallbacks, problems);
}

/** Whoever stands in must not need, in the end, the one it stands in for. */
function checkCircles(fallbacks: ReadonlyMap<string, unknown>, problems: Problem[]): void {
  const told = new Set<unknown>();
  for (const name of fallbacks.keys()) {
    const circle = circleFrom(name, fallbacks);
    if (circle.length === 0 || told.has(name)) continue;
    for (const each of circle) told.add(each);
    const path = `destinations.${name}.fallback`;
    const way = [...circle, name].join(' → ');
    const message =
      circle.length === 1 ? 'it cannot stand in for itself' : `the fallbacks go round in a circle: ${way}`;
    problems.push({ path, message });
  }
}

/** Those passed on the way from a label back to itself; none where the way ends, or leads into another circle. */
function circleFrom(name: string, fallbacks: ReadonlyMap<string, unknown>): string[] {
  const way = [name];
  let next = fallbacks.get(name);
  while (typeof next === 'string' && !way.includes(next)) {
    way.push(next);
    next = fallbacks.get(next);
  }
  return next === name ? way : [];
}

function fallbackIn(destination: unknown): unknown {
  return isObject(destination) ? destination.fallback : undefined;
}

/** Its deliveries are answers to what was told, and no events. */
export function isAnswering(source: unknown): boolean {
  return isObject(source) && source.type === 'pagerduty';
}

export function section(value: unknown, name: string): Record<string, unknown> {
  const found = isObject(value) ? value[name] : undefined;
  return isObject(found) ? found : {};
}

export function rawRules(value: unknown): unknown[] {
  return isObject(value) && Array.isArray(value.rules) ? value.rules : [];
}

/** The names of the sources it hears. */
export function namesIn(rule: unknown): unknown[] {
  return listOf(isObject(rule) ? rule.from : undefined);
}

/** The labels it sends to, all of them or those of each severity. */
function labelsOf(rule: unknown): { name: unknown; at: string }[] {
  const to = isObject(rule) ? rule.to : undefined;
  const placed = (list: unknown, at: string) => listOf(list).map((name, i) => ({ name, at: `${at}[${i}]` }));
  if (!isObject(to)) return placed(to, 'to');
  return Object.entries(to).flatMap(([severity, list]) => placed(list, `to.${severity}`));
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
