import type { Template } from 'liquidjs';
import { Liquid } from 'liquidjs';
import type { Event } from '../event.ts';
import type { Problem } from '../filter/filter.ts';
import { nearest } from '../filter/nearest.ts';
import { counted, nowName, registerFilters } from './template-filters.ts';
import { templateScope } from './template-scope.ts';

/** A text of the rules file that is filled in from an event. Throws where the event does not suit it. */
export type TextTemplate = {
  render(event: Event, now: number): string;
};

const maxTemplate = 4_000;
/** By the clock: a machine that is busy for a moment must not cost a rule its words. */
const renderLimitMs = 500;
/** So many characters and elements all filters together may work on, and so many may be said: all of an event, a few times. */
const memoryLimit = 1_000_000;

/**
 * Compiles a Liquid text. It sees the event as filters do, but for a field too large to work on; no files, and nothing
 * in it can switch off the escaping, which is the channel's.
 */
export function compileTemplate(text: string, at: string, problems: Problem[]): TextTemplate {
  const fault = (message: string) => problems.push({ path: at, message });
  if (text.length > maxTemplate) fault(`takes at most ${maxTemplate} characters`);
  let parsed: Template[] = [];
  try {
    parsed = engine.parse(text.slice(0, maxTemplate));
  } catch (error) {
    fault(parseWords(error));
  }
  return {
    render: (event, now) => {
      return String(engine.renderSync(parsed, templateScope(event), { globals: { [nowName]: now } })).trim();
    },
  };
}

/** The parts of a template without fault. */
export function parsedTemplate(text: string): Template[] {
  return engine.parse(text);
}

/** Every path that these parts name, of the event or of what a loop or an assignment calls so. */
export function variablesOf(templates: Template[]): string[][] {
  return engine.variableSegmentsSync(templates).map((segments) => segments.map(String));
}

/** The paths that a template without fault reads, such as `['monitor', 'name']`. */
export function templateVariables(text: string): string[][] {
  return engine.globalVariableSegmentsSync(engine.parse(text)).map((segments) => segments.map(String));
}

const engine = makeEngine();

function makeEngine(): Liquid {
  const liquid = new Liquid({
    ownPropertyOnly: true,
    strictFilters: true,
    templates: {},
    parseLimit: maxTemplate,
    renderLimit: renderLimitMs,
    memoryLimit,
    outputEscape: counted,
    // Not the host's.
    timezoneOffset: 0,
    locale: 'en-US',
  });
  // Without `raw` and the filters that escape, nothing is escaped twice, or not at all: the channel does it, once.
  for (const name of ['include', 'render', 'layout', 'block', 'raw']) delete liquid.tags[name];
  for (const name of ['raw', 'escape', 'escape_once', 'xml_escape', 'inspect']) delete liquid.filters[name];
  registerFilters(liquid);
  return liquid;
}

/** Liquid's own words, without the place, which is in the path; and the way out where there is one. */
function parseWords(error: unknown): string {
  const message = error instanceof Error ? error.message.replace(/, line:\d+, col:\d+$/, '') : String(error);
  const filter = /^undefined filter: (\S+)/.exec(message)?.[1];
  if (filter && /escape|raw/.test(filter)) return `there is no filter ${filter}: each channel escapes by itself`;
  const meant = filter && nearest(filter, Object.keys(engine.filters));
  if (filter) return `there is no filter ${filter}${meant ? `: did you mean ${meant}?` : ''}`;
  const tag = /tag "(\w+)" not found/.exec(message)?.[1];
  return tag ? `there is no tag ${tag} here` : message;
}
