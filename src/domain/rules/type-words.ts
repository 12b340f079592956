import { nearest } from '../filter/nearest.ts';
import type { RuleText } from './rule.ts';
import type { KnownSources } from './rule-set.ts';
import { covers } from './type-pattern.ts';

/** Of the types in `on`, those that no sender it hears documents: they may come, but most likely are misspelt. */
export function strayTypes({ on = [], from }: RuleText, sources: KnownSources): { index: number; words: string }[] {
  const heard = [...sources].filter(([name]) => !from || from.includes(name)).map(([, traits]) => traits);
  if (heard.length === 0 || heard.some(({ documented }) => !documented)) return [];
  const known = [...new Set(heard.flatMap(({ documented = [] }) => documented))];
  return on.flatMap((pattern, index) => {
    if (known.some((type) => covers(pattern, type))) return [];
    const hint = nearest(pattern, known);
    const way = hint ? `did you mean "${hint}"?` : `there are: ${known.join(', ')}`;
    return [{ index, words: `no sender it hears documents "${pattern}": ${way}` }];
  });
}
