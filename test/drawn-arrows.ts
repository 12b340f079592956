import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const text = readFileSync(join(import.meta.dirname, '..', 'ARCHITECTURE.md'), 'utf8');

/** What the diagram under that heading of `ARCHITECTURE.md` shows. */
export type Drawn = {
  states: Set<string>;
  /** One for each label, `from --> to: label`, in their order; those from the start are left out. */
  arrows: string[];
};

/** A label is a list; what stands after a dot in the middle is a remark. */
export function drawnUnder(heading: string): Drawn {
  const [, section = ''] = text.split(`\n### ${heading}\n`);
  const diagram = /```mermaid\n(.*?)```/s.exec(section.split('\n#')[0] ?? '')?.[1];
  if (diagram === undefined) throw new Error(`nothing is drawn under "${heading}"`);
  const lines = [...diagram.matchAll(/^ *(\S+) --> ([^\s:]+)(?:: (.*))?$/gm)];
  const states = lines.flatMap(([, from = '', to = '']) => [from, to]).filter((each) => each !== '[*]');
  const arrows = lines.flatMap(([, from, to, label = '']) =>
    from === '[*]' ? [] : (label.split(' · ')[0] ?? '').split(', ').map((each) => `${from} --> ${to}: ${each}`),
  );
  return { states: new Set(states), arrows };
}
