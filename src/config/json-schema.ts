import { z } from 'zod';
import { isObject } from '../domain/filter.ts';
import { filterSchema, ruleSchema } from '../domain/rule.ts';
import { rulesFileSchema } from './rules-file.ts';

/**
 * The rules file as a JSON Schema, for editors. What it refuses is refused by `check` too; `check` knows more: names
 * that lead nowhere, keys, and rules that would never end.
 */
export function rulesJsonSchema(): Record<string, unknown> {
  const file = rulesFileSchema.extend({
    rules: z.array(ruleSchema).describe(rulesFileSchema.shape.rules.description ?? ''),
  });
  const { $schema, ...schema } = z.toJSONSchema(file, {
    io: 'input',
    override: ({ zodSchema, jsonSchema }) => {
      if (zodSchema === filterSchema) Object.assign(jsonSchema, filter);
    },
  });
  return { $schema, title: 'A rules file of tocsin', ...schema };
}

/** Every key that stands anywhere in a rules file but in filters: a misspelt one is most likely one of these. */
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

const filterRef = { $ref: '#/$defs/filter' };
const value = { type: ['string', 'number', 'boolean', 'array', 'object'] };
const values = { type: 'array', minItems: 1, items: value };
const filters = { type: 'array', minItems: 1, items: filterRef };

/** What `compileFilter` knows, in its own words. */
const operators = {
  $eq: { description: 'Equal, deeply.', ...value },
  $ne: { description: 'Not equal; in a list, no element is.', ...value },
  $lt: { description: 'Less than.', type: 'number' },
  $lte: { description: 'At most.', type: 'number' },
  $gt: { description: 'More than.', type: 'number' },
  $gte: { description: 'At least.', type: 'number' },
  $in: { description: 'One of these.', ...values },
  $nin: { description: 'None of these.', ...values },
  $exists: { description: 'Whether it is there, and not null.', type: 'boolean' },
  $glob: { description: 'The whole text is like this: * is anything, ? one character.', type: 'string' },
  $and: { description: 'Every one of these matches.', ...filters },
  $or: { description: 'At least one of these matches.', ...filters },
  $not: { description: 'It does not match; what is unknown stays unknown.', ...filterRef },
};

const filter = {
  type: 'object',
  description: 'Mirrors the event: fields with plain values or operators, such as {"inboxRate": {"$lt": 0.8}}.',
  minProperties: 1,
  properties: operators,
  patternProperties: {
    '^(?!\\$)[^.]*$': {
      description: 'A field of the event: a plain value it equals, or a filter on it.',
      anyOf: [{ type: ['string', 'number', 'boolean'] }, filterRef],
    },
  },
  additionalProperties: false,
};
