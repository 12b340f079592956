import { isObject } from '../domain/filter/filter.ts';
import { rulesJsonSchema } from './json-schema.ts';

type Schema = Record<string, unknown>;

/** The part of the rules file's schema that describes what stands at a place, and that with its form settled. */
export type SchemaPart = { described: Schema; form: Schema | undefined };

/** Made once, and only where something is wrong. */
let whole: Schema | undefined;

/**
 * What the schema says of a place. `valueAfter` gives what stands there after so many steps of the path: of several
 * forms that something may have, it shows which one is meant.
 */
export function schemaAt(path: readonly PropertyKey[], valueAfter: (steps: number) => unknown): SchemaPart | undefined {
  whole ??= rulesJsonSchema();
  let described: Schema | undefined = whole;
  for (const [i, step] of path.entries()) {
    const form: Schema | undefined = described && formOf(described, valueAfter(i));
    described = form && schemaBelow(form, step);
  }
  return described && { described, form: formOf(described, valueAfter(path.length)) };
}

function schemaBelow({ properties, items, additionalProperties }: Schema, step: PropertyKey): Schema | undefined {
  const named = isObject(properties) && Object.hasOwn(properties, step) ? properties[String(step)] : undefined;
  const below = typeof step === 'number' ? items : (named ?? additionalProperties);
  return isObject(below) ? below : undefined;
}

/** Without references, and of several forms the one that a value has. */
function formOf(schema: Schema, value: unknown): Schema | undefined {
  if (typeof schema.$ref === 'string') {
    const defs = isObject(whole?.$defs) ? whole.$defs : {};
    const found = defs[schema.$ref.slice('#/$defs/'.length)];
    return isObject(found) ? formOf(found, value) : undefined;
  }
  const forms = [schema.oneOf, schema.anyOf].find((each) => Array.isArray(each) && !schema.type);
  if (!Array.isArray(forms)) return schema;
  const [meant, ...others] = forms.filter(isObject).filter((form) => mayBe(form, value));
  return meant && others.length === 0 ? formOf(meant, value) : undefined;
}

function mayBe(form: Schema, value: unknown): boolean {
  if (typeof form.$ref === 'string') return isObject(value);
  if (!isObject(value)) return form.type === (Array.isArray(value) ? 'array' : typeof value);
  const type = isObject(form.properties) ? form.properties.type : undefined;
  if (!isObject(type)) return form.type === 'object';
  return type.const === value.type || (Array.isArray(type.enum) && type.enum.includes(value.type));
}
