/** What stands at a place of an event: a plain value, the fields below, or the elements of a list. */
export type Shape =
  | { kind: 'text' | 'number' | 'count' | 'share' | 'flag' | 'anything' }
  | { kind: 'fields'; fields: Readonly<Record<string, Shape>> }
  | { kind: 'list'; element: Shape };

const text: Shape = { kind: 'text' };
const number: Shape = { kind: 'number' };
/** Whole, and not below 0. */
const count: Shape = { kind: 'count' };
/** From 0 to 1. */
const share: Shape = { kind: 'share' };
const flag: Shape = { kind: 'flag' };
const fields = (of: Readonly<Record<string, Shape>>): Shape => ({ kind: 'fields', fields: of });
const list = (element: Shape): Shape => ({ kind: 'list', element });

/** Everything filters, keys and templates can see, whoever sends it; below `data` is the sender's own. */
export const eventShape = {
  kind: 'fields',
  fields: {
    id: text,
    source: text,
    type: text,
    occurredAt: text,
    live: flag,
    domain: text,
    test: fields({ id: text }),
    mailSubject: text,
    monitor: fields({ id: text, name: text }),
    alert: fields({ id: text, name: text }),
    level: text,
    metric: text,
    threshold: number,
    value: number,
    average: number,
    counts: fields({ inbox: count, promo: count, spam: count, missing: count, total: count }),
    inboxRate: share,
    spamRate: share,
    missingRate: share,
    score: number,
    grade: text,
    auth: fields({ spf: text, dkim: text, dmarc: text, aligned: flag }),
    providers: list(fields({ provider: text, placement: text })),
    tags: list(text),
    reason: text,
    data: { kind: 'anything' },
  },
} as const satisfies Shape;

/** Fields that stand only in events of types that begin so. */
const onlyOn: Readonly<Record<string, string>> = {
  test: 'test.',
  mailSubject: 'test.',
  monitor: 'monitor.',
  alert: 'alert.',
};

const measured = ['monitor.*', 'alert.*'];
const placed = ['test.completed'];

/** Where the senders document a field; what they do not document may still have it. */
const documentedOn: Readonly<Record<string, readonly string[]>> = {
  ...{ level: measured, metric: measured, value: measured, threshold: measured, average: measured },
  ...{ counts: placed, inboxRate: placed, spamRate: placed, missingRate: placed, providers: placed, auth: placed },
  ...{ grade: placed, score: [...placed, 'domain.health_changed'] },
};

/** The types, as in `on`, of the documented events that have this field, where not all do. */
export function typesDocumentedWith(field: string): readonly string[] | undefined {
  return Object.hasOwn(documentedOn, field) ? documentedOn[field] : undefined;
}

/** The beginning of the types that have this field, where not all may have it. */
export function typesWith(field: string): string | undefined {
  return Object.hasOwn(onlyOn, field) ? onlyOn[field] : undefined;
}

export function isNumeric(shape: Shape | undefined): boolean {
  return shape?.kind === 'number' || shape?.kind === 'count' || shape?.kind === 'share';
}

/** The shape at a dotted path; `undefined` where no event has anything. List elements are passed over. */
export function shapeAt(path: readonly string[], from: Shape = eventShape): Shape | undefined {
  const [step, ...rest] = path;
  if (step === undefined || from.kind === 'anything') return from;
  if (from.kind === 'list') return shapeAt(path, from.element);
  if (from.kind !== 'fields' || !Object.hasOwn(from.fields, step)) return undefined;
  const inner = from.fields[step];
  return inner && shapeAt(rest, inner);
}
