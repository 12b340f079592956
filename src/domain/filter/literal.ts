import { isObject } from '../json.ts';
import type { Place } from './filter.ts';

const literal = new Set(['$eq', '$ne', '$in', '$nin']);

/** What is compared as it stands holds no operator: it would be taken for a field of that name, and match nothing. */
export function checkLiteral(op: string, expected: unknown, { at, problems }: Place): void {
  const found = literal.has(op) ? operatorIn(expected, at) : undefined;
  if (!found) return;
  const isAlone = isObject(expected) && Object.keys(expected).every((name) => name.startsWith('$'));
  const message = `what stands with ${op} is compared as it stands, and ${found.name} is an operator: ${wayOf(op, expected, isAlone)}`;
  problems.push({ path: found.at, message });
}

function wayOf(op: string, expected: unknown, isAlone: boolean): string {
  if (op === '$in' || op === '$nin') return '"$or" takes a list of filters';
  if (!isAlone) return 'write fields and operators without it';
  return `write ${JSON.stringify(op === '$ne' ? { $not: expected } : expected)} instead`;
}

function operatorIn(value: unknown, at: string): { name: string; at: string } | undefined {
  const inside = Array.isArray(value) ? value.map((each, i) => [`[${i}]`, each] as const) : fieldsOf(value);
  for (const [step, inner] of inside) {
    const name = step.slice(1);
    if (step.startsWith('.$')) return { name, at: `${at}${step}` };
    const found = operatorIn(inner, `${at}${step}`);
    if (found) return found;
  }
  return undefined;
}

function fieldsOf(value: unknown): (readonly [string, unknown])[] {
  return isObject(value) ? Object.entries(value).map(([name, inner]) => [`.${name}`, inner] as const) : [];
}
