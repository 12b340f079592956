import fc from 'fast-check';
import { fileNames } from './rule-files.ts';

export const processNames = ['one', 'two'] as const;
export type ProcessName = (typeof processNames)[number];

export const placeNames = ['chat', 'pager', 'post', 'spare'] as const;
export type PlaceName = (typeof placeNames)[number];

/**
 * How a call ends, there and for us: of what is `arrived` nobody knows that it arrived, nor of what is `lost` that it did
 * not; what is `late` arrives some seconds later.
 */
export const fates = [
  'told',
  'retry',
  'over-limit',
  'arrived',
  'late',
  'lost',
  'refused',
  'too-long',
  'no-credential',
] as const;
export type Fate = (typeof fates)[number];

export const happenings = ['bad', 'worse', 'between', 'good', 'unknown', 'alert', 'alert-over', 'verified'] as const;
export type Happening = (typeof happenings)[number];

/** Where a process may be held up, or die: before one of its verbs, or in a call. */
export const points = ['claimDeliveries', 'commit', 'claimNotifications', 'record', ...placeNames] as const;
export type Point = (typeof points)[number];

export type Send = {
  do: 'send';
  what: Happening;
  about: 'a' | 'b';
  from: 'inbox-check' | 'reachscore';
  agoS: number;
  test: boolean;
};

/** One thing that happens. */
export type Step =
  | Send
  /** A delivery comes once more, with its bytes or with others. */
  | { do: 'resend'; which: number; altered: boolean }
  /** One turn of a process, or, with `work`, of all its steps until nothing is due. */
  | { do: 'route' | 'watch' | 'tell' | 'work'; who: ProcessName }
  /** When it next comes there it is held up, until it is let go; what it does then ends so, if it is a call. */
  | { do: 'hold-up'; who: ProcessName; at: Point }
  | { do: 'let-go'; who: ProcessName; end: Fate }
  /** When it next comes there it dies; what it was about to do is done, or not. */
  | { do: 'doom'; who: ProcessName; at: Point; done: boolean }
  /** It dies now, and another takes its place. What it was held up in is done, or not. */
  | { do: 'kill'; who: ProcessName; done: boolean }
  /** The next call there ends so; or every one, until it is well again. */
  | { do: 'answer'; at: PlaceName; so: Fate }
  | { do: 'mood'; at: PlaceName; is: Fate }
  | { do: 'delete'; at: PlaceName; which: number }
  | { do: 'acknowledge' | 'unacknowledge' | 'resolve'; about: 'a' | 'b' }
  | { do: 'snooze'; about: 'a' | 'b'; forS: number }
  | { do: 'silence'; of: 'a' | 'b' | 'warning' | 'critical'; inS: number; forS: number }
  | { do: 'expire'; which: number }
  | { do: 'pass'; s: number; deaf: boolean }
  | { do: 'reload'; who: ProcessName; file: (typeof fileNames)[number] }
  | { do: 'redeliver' };

type Weighted<T> = { weight: number; arbitrary: fc.Arbitrary<T> };

const often = <T>(weight: number, arbitrary: fc.Arbitrary<T>): Weighted<T> => ({ weight, arbitrary });
const made = <T>(fields: { [K in keyof T]: fc.Arbitrary<T[K]> }) => fc.record(fields, { noNullPrototype: true });
const is = <const Is>(...any: [Is, ...Is[]]) => fc.constantFrom(...any);

const who = is(...processNames);
const at = is(...placeNames);
const about = is('a', 'a', 'a', 'b');
const which = fc.nat({ max: 3 });

const anySend = made<Send>({
  do: is('send'),
  what: is('bad', 'bad', 'worse', 'good', 'good', ...happenings),
  about,
  from: is('inbox-check', 'inbox-check', 'reachscore'),
  agoS: fc.oneof(often(5, is(0)), often(1, is(3, 40, 400, 90_000))),
  test: fc.oneof(often(9, is(false)), often(1, is(true))),
});

/** Of one thing, in order: what is told of it then has as many chances to go wrong. */
const plainSend = made<Send>({
  do: is('send'),
  what: is('bad', 'bad', 'worse', 'good', 'good'),
  about: is('a'),
  from: is('inbox-check'),
  agoS: is(0),
  test: is(false),
});

const turn: Weighted<Step>[] = [
  often(22, made({ do: is('work'), who })),
  often(8, made({ do: is('route', 'watch', 'tell', 'tell'), who })),
  often(14, made({ do: is('pass'), s: is(1, 1, 5, 16, 16, 125, 620), deaf: fc.boolean() })),
];

const trouble: Weighted<Step>[] = [
  often(9, made({ do: is('hold-up'), who, at: is('commit', 'record', 'record', ...points) })),
  often(6, made({ do: is('let-go'), who, end: is('told', 'told', ...fates) })),
  often(6, made({ do: is('doom'), who, at: is('commit', 'record', 'record', ...points), done: fc.boolean() })),
  often(2, made({ do: is('kill'), who, done: fc.boolean() })),
  often(8, made({ do: is('answer'), at, so: is(...fates) })),
  often(3, made({ do: is('mood'), at, is: is('told', 'told', 'told', 'retry', 'retry', ...fates) })),
  often(2, made({ do: is('delete'), at: is('chat', 'spare'), which })),
];

const people: Weighted<Step>[] = [
  often(5, made({ do: is('acknowledge', 'unacknowledge', 'resolve'), about })),
  often(2, made({ do: is('snooze'), about, forS: is(20, 200) })),
  often(
    3,
    made({ do: is('silence'), of: is('a', 'b', 'warning', 'critical'), inS: is(0, 0, 30), forS: is(30, 300, 3_000) }),
  ),
  often(1, made({ do: is('expire'), which })),
  often(1, made({ do: is('redeliver') })),
];

const everything: Weighted<Step>[] = [
  often(22, anySend),
  often(2, made({ do: is('resend'), which, altered: fc.boolean() })),
  often(3, made({ do: is('reload'), who, file: is(...fileNames) })),
  ...turn,
  ...trouble,
  ...people,
];

/** Two processes that come in each other's way at one thing to tell, again and again. */
const holdUps: Weighted<Step>[] = [
  often(20, plainSend),
  often(20, made({ do: is('work'), who })),
  often(5, made({ do: is('acknowledge', 'resolve'), about: is('a') })),
  often(12, made({ do: is('pass'), s: is(1, 16, 16), deaf: is(false) })),
  often(12, made({ do: is('hold-up'), who, at: is('chat', 'pager', 'post', 'record') })),
  often(12, made({ do: is('let-go'), who, end: is('told', 'told', 'arrived', 'lost') })),
];

/** What is held back while it gets worse and better, and is told when it is not. */
const holdingBack: Weighted<Step>[] = [
  often(22, plainSend),
  often(22, made({ do: is('work'), who })),
  often(12, made({ do: is('pass'), s: is(1, 16, 125, 620), deaf: is(false) })),
  often(
    8,
    made({ do: is('silence'), of: is('a', 'warning', 'critical'), inS: is(0, 0, 30), forS: is(30, 300, 3_000) }),
  ),
  often(4, made({ do: is('snooze'), about: is('a'), forS: is(20, 200) })),
  often(4, made({ do: is('acknowledge', 'unacknowledge', 'resolve'), about: is('a') })),
  often(3, made({ do: is('expire'), which })),
  often(4, made({ do: is('answer'), at, so: is(...fates) })),
];

/** A story of at most so many steps, printed with a line for each. */
export function anyStory(maxLength: number): fc.Arbitrary<Step[]> {
  const storyOf = (steps: Weighted<Step>[]) => fc.array(fc.oneof(...steps), { maxLength, size: 'max' });
  const troubles = [often(20, plainSend), ...turn, ...trouble];
  return fc.oneof(storyOf(everything), storyOf(troubles), storyOf(holdUps), storyOf(holdingBack)).map((steps) => {
    return Object.defineProperty(steps, fc.toStringMethod, { value: () => storyText(steps) });
  });
}

function storyText(steps: readonly Step[]): string {
  return `[\n${steps.map((each) => `  ${fc.stringify(each)},\n`).join('')}]`;
}
