import { rulesJsonSchema } from '../../src/config/json-schema.ts';
import { isObject } from '../../src/domain/filter/filter.ts';

/** Every key that stands anywhere in a rules file but in filters. */
export function knownKeys(): string[] {
  const { $defs, ...file } = rulesJsonSchema();
  const { filter: _filter, ...others } = isObject($defs) ? $defs : {};
  return [...new Set([...keysIn(file), ...keysIn(others)])];
}

function keysIn(schema: unknown): string[] {
  if (Array.isArray(schema)) return schema.flatMap(keysIn);
  if (!isObject(schema)) return [];
  const own = isObject(schema.properties) ? Object.keys(schema.properties) : [];
  return [...own, ...Object.values(schema).flatMap(keysIn)];
}
