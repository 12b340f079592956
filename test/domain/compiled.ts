import { expect } from 'vitest';
import type { Filter, Problem } from '../../src/domain/filter/filter.ts';
import { compileFilter } from '../../src/domain/filter/filter.ts';
import type { Verdict } from '../../src/domain/filter/verdict.ts';

/** The filter, which has to be without fault. */
export function compiled(json: unknown): Filter {
  const problems: Problem[] = [];
  const filter = compileFilter(json, 'when', problems);
  expect(problems).toEqual([]);
  return filter;
}

export function faultsOf(json: unknown): Problem[] {
  const problems: Problem[] = [];
  compileFilter(json, 'when', problems);
  return problems;
}

export function verdictOf(json: unknown, event: unknown): Verdict {
  return compiled(json)(event).verdict;
}
