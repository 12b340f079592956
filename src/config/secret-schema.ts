import { z } from 'zod';

/** Secrets never stand in the file: they are named, as a variable of the environment or a file that holds them. */
export const secretRefSchema = z
  .union(
    [
      z.strictObject({
        env: z
          .string()
          .min(1)
          .meta({ description: 'The name of the variable that holds the secret.', examples: ['SLACK_BOT_TOKEN'] }),
      }),
      z.strictObject({
        file: z
          .string()
          .min(1)
          .meta({
            description: 'The path of the file that holds the secret.',
            examples: ['/run/secrets/slack-bot-token'],
          }),
      }),
    ],
    {
      error: 'takes {"env": "NAME"} or {"file": "path"}: a secret never stands in the rules file itself',
    },
  )
  .meta({ id: 'secret', description: 'Where a secret is found: {"env": "NAME"} or {"file": "path"}.' });

/** One secret, or a list while one takes the place of another; `use` says what becomes of the rest. */
export const secretsSchema = (use: string) =>
  z.union([secretRefSchema, z.array(secretRefSchema).min(1)], {
    error:
      `takes {"env": "NAME"}, {"file": "path"}, or a list of them (${use}): ` +
      'a secret never stands in the rules file itself',
  });
