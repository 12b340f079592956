import { rulesJsonSchema } from '../config/json-schema.ts';
import type { AddCommand } from './run-command.ts';

/** `tocsin schema`: the JSON Schema of the rules file, for editors. */
export const schemaCommand: AddCommand = (program, { print }) => {
  program
    .command('schema')
    .description('print the JSON Schema of the rules file, for editors')
    .action(() => print(JSON.stringify(rulesJsonSchema(), null, 2)));
};
