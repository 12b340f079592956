/** The kinds of value that JSON has; `nothing` is what is missing, or `null`. */
const kindBits = { nothing: 1, text: 2, number: 4, flag: 8, list: 16, object: 32 } as const;

export type Kind = keyof typeof kindBits;

/** Numbers from `low` to `high`; an open end is not among them. */
export type Interval = { low: number; lowOpen: boolean; high: number; highOpen: boolean };

/** A text, or (not `whole`) every text that begins so. */
export type TextForm = { text: string; whole: boolean };

/**
 * Values that may stand at a place of an event: at least those that can, perhaps more. Each part narrows one kind;
 * a part that is left out does not.
 */
export type ValueSet = {
  kinds: number;
  numbers?: readonly Interval[];
  /** Of the numbers only the whole ones. */
  whole?: boolean;
  flags?: readonly boolean[];
  texts?: readonly TextForm[];
  /** Texts that are none of these, begin with none of these, and pass. */
  never?: readonly TextForm[];
  passing?: readonly ((text: string) => boolean)[];
};

export const everyNumber: Interval = {
  low: Number.NEGATIVE_INFINITY,
  lowOpen: false,
  high: Number.POSITIVE_INFINITY,
  highOpen: false,
};

const everyBit = 63;

export const anyValue: ValueSet = { kinds: everyBit };

export function ofKinds(...kinds: Kind[]): ValueSet {
  return { kinds: bitsOf(kinds) };
}

/** Whatever is of none of these kinds. */
export function butKinds(...kinds: Kind[]): ValueSet {
  return { kinds: everyBit & ~bitsOf(kinds) };
}

function bitsOf(kinds: readonly Kind[]): number {
  return kinds.reduce((bits, kind) => bits | kindBits[kind], 0);
}

export function mayBe(set: ValueSet, kind: Kind): boolean {
  return (set.kinds & kindBits[kind]) !== 0;
}

export function isImpossible({ kinds }: ValueSet): boolean {
  return kinds === 0;
}

/** The values that are in both. */
export function inBoth(a: ValueSet, b: ValueSet): ValueSet {
  const flags = a.flags && b.flags ? a.flags.filter((each) => b.flags?.includes(each)) : (a.flags ?? b.flags);
  const numbers = a.numbers && b.numbers ? overlaps(a.numbers, b.numbers) : (a.numbers ?? b.numbers);
  const texts = a.texts && b.texts ? commonForms(a.texts, b.texts) : (a.texts ?? b.texts);
  return withoutEmptyKinds({
    kinds: a.kinds & b.kinds,
    ...(flags ? { flags } : {}),
    ...(numbers ? { numbers } : {}),
    ...(a.whole || b.whole ? { whole: true } : {}),
    ...(texts ? { texts } : {}),
    ...(a.never || b.never ? { never: [...(a.never ?? []), ...(b.never ?? [])] } : {}),
    ...(a.passing || b.passing ? { passing: [...(a.passing ?? []), ...(b.passing ?? [])] } : {}),
  });
}

/** A kind of which no value is left is none of those that may stand there. */
function withoutEmptyKinds(set: ValueSet): ValueSet {
  const { flags, numbers, whole = false, texts, never = [], passing = [] } = set;
  const isLeft = ({ text, whole }: TextForm) =>
    !never.some((each) => (each.whole ? whole && each.text === text : text.startsWith(each.text))) &&
    (!whole || passing.every((passes) => passes(text)));
  const gone: Kind[] = [];
  if (mayBe(set, 'flag') && flags?.length === 0) gone.push('flag');
  if (mayBe(set, 'number') && numbers && !numbers.some((each) => hasNumber(each, whole))) gone.push('number');
  if (mayBe(set, 'text') && texts && !texts.some(isLeft)) gone.push('text');
  return gone.length === 0 ? set : { ...set, kinds: set.kinds & ~bitsOf(gone) };
}

function hasNumber({ low, lowOpen, high, highOpen }: Interval, whole: boolean): boolean {
  if (low > high || (low === high && (lowOpen || highOpen))) return false;
  if (!whole) return true;
  const first = Math.ceil(low) + (lowOpen && Number.isInteger(low) ? 1 : 0);
  return first < high || (first === high && !highOpen);
}

function overlaps(a: readonly Interval[], b: readonly Interval[]): Interval[] {
  return a.flatMap((one) => b.map((other) => overlap(one, other)).filter((each) => hasNumber(each, false)));
}

function overlap(a: Interval, b: Interval): Interval {
  const low = Math.max(a.low, b.low);
  const high = Math.min(a.high, b.high);
  const isOpen = (end: 'low' | 'high', at: number) =>
    (a[end] === at && a[`${end}Open`]) || (b[end] === at && b[`${end}Open`]);
  return { low, high, lowOpen: isOpen('low', low), highOpen: isOpen('high', high) };
}

/** Every number that is in none of these, which lie apart and in order. */
export function numbersBeside(taken: readonly Interval[]): Interval[] {
  const beside: Interval[] = [];
  let [low, lowOpen] = [everyNumber.low, false];
  for (const each of taken.toSorted((a, b) => a.low - b.low)) {
    beside.push({ low, lowOpen, high: each.low, highOpen: !each.lowOpen });
    [low, lowOpen] = [each.high, !each.highOpen];
  }
  beside.push({ low, lowOpen, high: everyNumber.high, highOpen: false });
  return beside.filter((each) => hasNumber(each, false));
}

/** More pairs than that are not compared: one list alone is true as well. */
const mostPairs = 10_000;

function commonForms(a: readonly TextForm[], b: readonly TextForm[]): readonly TextForm[] {
  if (a.length * b.length > mostPairs) return a.length < b.length ? a : b;
  return a.flatMap((one) => b.flatMap((other) => common(one, other) ?? []));
}

function common(a: TextForm, b: TextForm): TextForm | undefined {
  if (a.whole) return (b.whole ? a.text === b.text : a.text.startsWith(b.text)) ? a : undefined;
  if (b.whole || b.text.startsWith(a.text)) return b.text.startsWith(a.text) ? b : undefined;
  return a.text.startsWith(b.text) ? a : undefined;
}
