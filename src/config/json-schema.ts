import { z } from 'zod';
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
