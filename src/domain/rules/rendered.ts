import { z } from 'zod';
import type { Event } from '../event.ts';
import type { Problem } from '../filter/filter.ts';
import { fittingText } from '../incident/said.ts';
import { formOf } from './form-words.ts';
import type { TextTemplate } from './template.ts';
import { compileTemplate } from './template.ts';

const mostFields = 10;
const templateSchema = z.string().min(1);

/** What a rule says in its own words, as it stands in the file. */
export const messageSchema = z
  .strictObject(
    {
      title: templateSchema.optional().meta({
        description: 'Instead of the title that tocsin makes.',
        examples: ['{{ domain }} inbox rate {{ inboxRate | percent }}'],
      }),
      text: templateSchema.optional().meta({
        description: 'A paragraph of its own.',
        examples: ['Look at the last mailing of {{ domain }} first.'],
      }),
      fields: z
        .record(z.string().min(1).max(100), templateSchema)
        .refine((fields) => Object.keys(fields).length <= mostFields, `takes at most ${mostFields} fields`)
        .optional()
        .meta({
          description: 'Instead of the facts that tocsin lists: name and text of each, at most ten.',
          maxProperties: mostFields,
          examples: [{ Subject: '{{ mailSubject }}' }],
        }),
    },
    { error: formOf('{"title": "{{ domain }} {{ inboxRate | percent }}"}') },
  )
  .refine(
    ({ title, text, fields }) => [title, text, fields].some((each) => each !== undefined),
    'takes "title", "text", "fields", or some of them',
  )
  .meta({ minProperties: 1 });

/** What a rule says in its own words, ready to be filled in. */
export type MessageTemplate = {
  title?: TextTemplate;
  text?: TextTemplate;
  fields?: { name: string; template: TextTemplate }[];
};

/** A rule's own words about one event, instead of the made ones. */
export type Rendered = { title?: string; text?: string; fields?: { name: string; value: string }[] };

const maxTitle = 300;
const maxText = 2_000;
const maxField = 300;

export function compileMessage(message: z.infer<typeof messageSchema>, at: string, problems: Problem[]) {
  const { title, text, fields } = message;
  const compiled: MessageTemplate = {
    ...(title === undefined ? {} : { title: compileTemplate(title, `${at}.title`, problems) }),
    ...(text === undefined ? {} : { text: compileTemplate(text, `${at}.text`, problems) }),
    ...(fields === undefined ? {} : { fields: [] }),
  };
  for (const [name, field] of Object.entries(fields ?? {})) {
    compiled.fields?.push({ name, template: compileTemplate(field, `${at}.fields.${name}`, problems) });
  }
  return compiled;
}

/**
 * The rule's own words about the event. What cannot be rendered, or is empty, is left out, so that the made words
 * stand there: a template never stops a page. `error`: why, for the trace.
 */
export function renderMessage(
  message: MessageTemplate,
  event: Event,
  now: number,
): { rendered?: Rendered; error?: string } {
  const errors: string[] = [];
  const render = (name: string, template: TextTemplate | undefined, length: number): string | undefined => {
    if (!template) return undefined;
    try {
      const words = fittingText(template.render(event, now), length);
      if (words === '') errors.push(`${name}: says nothing`);
      return words || undefined;
    } catch (error) {
      errors.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
      return undefined;
    }
  };
  const title = render('title', message.title, maxTitle)?.replace(/\s+/g, ' ');
  const text = render('text', message.text, maxText);
  const fields = message.fields?.flatMap(({ name, template }) => {
    const value = render(`fields.${name}`, template, maxField);
    return value === undefined ? [] : [{ name, value }];
  });
  const rendered: Rendered = {
    ...(title === undefined ? {} : { title }),
    ...(text === undefined ? {} : { text }),
    ...(fields && fields.length > 0 ? { fields } : {}),
  };
  return {
    ...(Object.keys(rendered).length > 0 ? { rendered } : {}),
    ...(errors.length > 0 ? { error: fittingText(errors.join('; '), maxText) } : {}),
  };
}
