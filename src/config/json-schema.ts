import { z } from 'zod';
import { isObject } from '../domain/filter/filter.ts';
import { filterSchema, ruleSchema } from '../domain/rules/rule.ts';
import { rulesTestSchema } from '../domain/rules/rules-test.ts';
import { filterJsonSchema } from './filter-schema.ts';
import { rulesFileSchema } from './rules-file.ts';

/**
 * The rules file as a JSON Schema, for editors. What it refuses is refused by `check` too; `check` knows more: names
 * that lead nowhere, keys, and rules that would never end.
 */
export function rulesJsonSchema(): Record<string, unknown> {
  const file = rulesFileSchema.extend({
    tests: z
      .array(rulesTestSchema)
      .optional()
      .meta(rulesFileSchema.shape.tests.meta() ?? {}),
    rules: z.array(ruleSchema).meta(rulesFileSchema.shape.rules.meta() ?? {}),
  });
  const { $schema, ...schema } = z.toJSONSchema(file, {
    io: 'input',
    override: ({ zodSchema, jsonSchema }) => {
      if (zodSchema === filterSchema) Object.assign(jsonSchema, filterJsonSchema);
      // They are left out where what is read becomes something else, as a duration does; these are as they are read.
      const examples = z.globalRegistry.get(zodSchema)?.examples;
      if (Array.isArray(examples)) jsonSchema.examples = examples;
    },
  });
  return { $schema, title: 'A rules file of tocsin', ...schema };
}

/** Every key that stands anywhere in a rules file but in filters: a misspelt one is most likely one of these. */
export function knownKeys(): string[] {
  known ??= keysOfRulesFile();
  return known;
}

/** Made once, and only where one is misspelt. */
let known: string[] | undefined;

function keysOfRulesFile(): string[] {
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
