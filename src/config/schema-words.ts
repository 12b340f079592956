import { isObject } from '../domain/filter/filter.ts';
import { nearest } from '../domain/filter/nearest.ts';
import type { SchemaPart } from './schema-at.ts';

/** What something is called elsewhere, most often. */
const called: Readonly<Record<string, string>> = {
  ...{ source: 'from', sources: 'from', type: 'on', types: 'on', event: 'on', events: 'on' },
  ...{ filter: 'when', match: 'when', condition: 'when', if: 'when', unless: 'clear', scope: 'where' },
  ...{ destination: 'to', destinations: 'to', notify: 'to', name: 'id', title: 'message', level: 'severity' },
};

/** That a key is none of those that may stand at its place, and which one is meant; or which there are. */
export function unknownKeyWords(key: string, part: SchemaPart | undefined): string {
  const here = isObject(part?.form?.properties) ? Object.keys(part.form.properties) : [];
  const synonym = Object.hasOwn(called, key) ? called[key] : undefined;
  const meant = synonym !== undefined && here.includes(synonym) ? synonym : (nearest(key, here) ?? begun(key, here));
  const way = meant ? `did you mean "${meant}"?` : `there are: ${here.join(', ')}`;
  return `there is no key "${key}" here${meant || here.length > 0 ? `: ${way}` : ''}`;
}

const fewestBegun = 3;

/** The only one that begins so. */
function begun(key: string, known: readonly string[]): string | undefined {
  const [only, ...others] = known.filter((each) => key.length >= fewestBegun && each.startsWith(key));
  return others.length === 0 ? only : undefined;
}

/** What may stand at a place, with an example, where the schema itself has no words for that. */
export function takesWords(part: SchemaPart | undefined): string {
  if (!part) return 'takes something else';
  const { described, form = described } = part;
  const [example] = [described.examples, form.examples].flatMap((each) => (Array.isArray(each) ? each : []));
  const choice = Array.isArray(form.enum) ? form.enum : form.const === undefined ? undefined : [form.const];
  if (choice) {
    const words = choice.map((each) => JSON.stringify(each));
    return `takes ${[words.slice(0, -1).join(', '), ...words.slice(-1)].filter((each) => each !== '').join(' or ')}`;
  }
  const kind = typeof form.type === 'string' ? kindOf(form.type, form) : 'something else';
  const shown = form.type === 'boolean' || example === undefined ? '' : JSON.stringify(example);
  return shown === '' || shown.length > longestExample ? `takes ${kind}` : `takes ${kind}, such as ${shown}`;
}

const longestExample = 100;

function kindOf(
  type: string,
  { minItems, minLength, minimum, maximum, exclusiveMinimum, maxLength }: Record<string, unknown>,
): string {
  const range = [
    ...(minimum === undefined ? [] : [`from ${minimum}`]),
    ...(exclusiveMinimum === undefined ? [] : [`above ${exclusiveMinimum}`]),
    ...(maximum === undefined || maximum === Number.MAX_SAFE_INTEGER ? [] : [`to ${maximum}`]),
  ].join(' ');
  const limited = (words: string) => (range === '' ? words : `${words} ${range}`);
  switch (type) {
    case 'array':
      return minItems === undefined ? 'a list' : `a list of at least ${minItems}`;
    case 'boolean':
      return 'true or false';
    case 'integer':
      return limited('a whole number');
    case 'number':
      return limited('a number');
    case 'object':
      return 'an object';
    default:
      if (minLength === undefined)
        return maxLength === undefined ? 'a text' : `a text of at most ${maxLength} characters`;
      return maxLength === undefined ? 'a text that is not empty' : `a text of ${minLength} to ${maxLength} characters`;
  }
}
