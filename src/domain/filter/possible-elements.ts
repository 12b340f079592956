import { isObject } from '../json.ts';
import { askedSet, askedWords, type Wanted } from './asked-set.ts';
import type { Reason, Spot } from './possible-state.ts';
import { sizeSpot } from './possible-state.ts';
import type { Goal, Step } from './possible-steps.ts';
import type { ValueSet } from './value-set.ts';
import { butKinds, everyNumber, inBoth, isImpossible, ofKinds } from './value-set.ts';

type Asked = { spot: Spot; at: string; wanted: Wanted };

/** What follows from `$all`, `$none`, `$any` and `$count`; `undefined` for any other operator. */
export function quantifierStep(op: string, json: unknown, asked: Asked): Step | undefined {
  if (op === '$count') return countStep(json, asked);
  const goals = Object.hasOwn(quantifiers, op) ? quantifiers[op]?.(json, asked) : undefined;
  if (!goals) return undefined;
  const list = ofKinds('list');
  if (asked.wanted.is) return { narrow: [[asked.spot, { at: asked.at, words: 'a list', set: list }]], goals };
  // Of what is no list they say neither.
  return {
    ways: [
      { set: butKinds('list'), goals: [] },
      { set: list, goals },
    ],
  };
}

/** What has to hold of the elements of a list. Of none, `$all` and `$none` say neither match nor no match. */
const quantifiers: Record<string, (json: unknown, asked: Asked) => Goal[]> = {
  $any: (json, asked) => [ofElements(isUpper(asked.wanted) ? 'some' : 'each', json, asked)],
  $all: (json, asked) => {
    const some = asked.wanted.is ? [ofElements('some', json, asked)] : [];
    return isUpper(asked.wanted) ? [ofElements('each', json, asked), ...some] : some;
  },
  $none: (json, asked) => {
    const { verdict, is } = asked.wanted;
    const turned: Asked = { ...asked, wanted: { verdict: verdict === 'match' ? 'no-match' : 'match', is } };
    const some = is ? [ofElements('some', json, turned)] : [];
    return isUpper(asked.wanted) ? [ofElements('each', json, turned), ...some] : some;
  },
};

/** To match, or not to say no match. */
const isUpper = ({ verdict, is }: Wanted) => (verdict === 'match') === is;

function ofElements(of: 'some' | 'each', json: unknown, { spot, at, wanted }: Asked): Goal {
  return { of, spot, at, goal: (element) => ({ of: 'filter', json, spot: element, at, wanted }) };
}

/** That so many elements satisfy `where`: if none would be too few, one does. */
function countStep(json: unknown, { spot, at, wanted }: Asked): Step {
  if (!wanted.is) return {};
  const list: [Spot, Reason] = [spot, { at, words: 'a list', set: ofKinds('list') }];
  if (wanted.verdict !== 'match') return { narrow: [list] };
  const { where, ...bounds } = isObject(json) ? json : { $eq: json };
  const size = sizeSpot(spot, where === undefined ? '' : at);
  const narrow = Object.entries(bounds).flatMap(([op, expected]): [Spot, Reason][] => {
    const set = askedSet(op, expected, wanted);
    return set ? [[size, { at, words: askedWords(op, expected, wanted), set }]] : [];
  });
  const takesNone = !narrow.some(([, { set }]) => isImpossible(inBoth(set, none)));
  const goals =
    takesNone || where === undefined ? [] : [ofElements('some', where, { spot, at: `${at}.where`, wanted })];
  return { narrow: [list, ...narrow], goals };
}

const none: ValueSet = { ...ofKinds('number'), numbers: [{ ...everyNumber, low: 0, high: 0 }] };
