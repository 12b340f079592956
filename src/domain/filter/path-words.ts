import type { Shape } from '../event-shape.ts';
import { eventShape, shapeAt, typesDocumentedWith, typesWith } from '../event-shape.ts';
import { covers, mayBegin } from '../rules/type-pattern.ts';
import { nearest } from './nearest.ts';

/** What a rule hears, where it says so, and the fields that none of its senders gives. */
export type Heard = {
  on?: readonly string[] | undefined;
  from?: readonly string[] | undefined;
  sources?: readonly string[] | undefined;
  lacks?: readonly string[] | undefined;
};

/** Why nothing is to be found at a path; `isSure` where no event that a rule hears can have anything there. */
export type Missing = { what: string; way?: string; isSure: boolean; isKnown: boolean };

/** Why no event that a rule hears, or (not `isSure`) none that is documented, has anything at a dotted path. */
export function missingAt(path: readonly string[], heard: Heard): Missing | undefined {
  if (shapeAt(path)) return unheard(path, heard);
  const known = path.findIndex((_, i) => !shapeAt(path.slice(0, i + 1)));
  const hint = nearest(path[known] ?? '', namesIn(shapeAt(path.slice(0, known))));
  const way = hint
    ? `did you mean "${[...path.slice(0, known), hint].join('.')}"?`
    : 'what senders add stands below "data"';
  return { what: `no event has ${path.join('.')}`, way, isSure: true, isKnown: false };
}

/** Of a field that stands only in events of types, or from sources, that the rule does not hear. */
function unheard(path: readonly string[], { on, sources = [], lacks = [] }: Heard): Missing | undefined {
  const full = path.join('.');
  const [field = ''] = path;
  const lacked = lacks.find((each) => each === full || full.startsWith(`${each}.`));
  if (lacked !== undefined) {
    return { what: `no source it hears (${sources.join(', ')}) gives ${lacked}`, isSure: true, isKnown: true };
  }
  const beginning = typesWith(field);
  if (beginning && on && !on.some((pattern) => mayBegin(pattern, beginning))) {
    const what = `only ${beginning}* events have ${field}, and the rule hears none of them`;
    return { what, isSure: true, isKnown: true };
  }
  const types = typesDocumentedWith(field);
  if (!types || !on || on.some((pattern) => types.some((type) => covers(pattern, type) || covers(type, pattern)))) {
    return undefined;
  }
  const what = `only ${types.join(' and ')} events are documented with ${field}, and the rule hears none of them`;
  return { what, isSure: false, isKnown: true };
}

/** With what follows from it, if that is said, before the way out. */
export function missingWords({ what, way }: Missing, consequence?: string): string {
  return `${what}${consequence === undefined ? '' : `, so ${consequence}`}${way === undefined ? '' : `: ${way}`}`;
}

function namesIn(shape: Shape = eventShape): string[] {
  if (shape.kind === 'list') return namesIn(shape.element);
  return shape.kind === 'fields' ? Object.keys(shape.fields) : [];
}
