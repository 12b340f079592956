import type { Shape } from './event-shape.ts';
import { eventShape, shapeAt } from './event-shape.ts';
import type { Heard } from './filter-doubts.ts';
import { unheardWords } from './filter-doubts.ts';
import { nearest } from './nearest.ts';

/** Why no event that a rule hears has anything at a dotted path; `undefined` where one may. */
export function missingWords(path: readonly string[], heard: Heard): string | undefined {
  const [field = ''] = path;
  if (shapeAt(path)) return unheardWords(field, heard);
  const known = path.findIndex((_, i) => !shapeAt(path.slice(0, i + 1)));
  const hint = nearest(path[known] ?? '', namesIn(shapeAt(path.slice(0, known))));
  const way = hint
    ? `did you mean "${[...path.slice(0, known), hint].join('.')}"?`
    : 'what senders add stands below "data"';
  return `no event has ${path.join('.')}: ${way}`;
}

function namesIn(shape: Shape = eventShape): string[] {
  if (shape.kind === 'list') return namesIn(shape.element);
  return shape.kind === 'fields' ? Object.keys(shape.fields) : [];
}
