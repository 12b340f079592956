import type { Template } from 'liquidjs';
import { Liquid } from 'liquidjs';
import { durationWords } from './duration.ts';
import type { Event } from './event.ts';
import type { Problem } from './filter.ts';
import { compactEvent } from './said.ts';

/** A text of the rules file that is filled in from an event. Throws where the event does not suit it. */
export type TextTemplate = {
  render(event: Event, now: number): string;
};

const maxTemplate = 4_000;
/** By the clock: a machine that is busy for a moment must not cost a rule its words. */
const renderLimitMs = 500;
const memoryLimit = 100_000;

/**
 * Compiles a Liquid text. It sees the event, at most 8 KiB of it, so that no filter has much to work on; no files, and
 * nothing in it can switch off the escaping, which is the channel's.
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
      return String(engine.renderSync(parsed, compactEvent(event), { globals: { [nowName]: now } })).trim();
    },
  };
}

/** The paths that a template without fault reads, such as `['monitor', 'name']`. */
export function templateVariables(text: string): string[][] {
  return engine.globalVariableSegmentsSync(engine.parse(text)).map((segments) => segments.map(String));
}

/** What filters take for now: not a variable that a template can name. */
const nowName = ' now';

const engine = makeEngine();

function makeEngine(): Liquid {
  const liquid = new Liquid({
    ownPropertyOnly: true,
    strictFilters: true,
    templates: {},
    parseLimit: maxTemplate,
    renderLimit: renderLimitMs,
    memoryLimit,
  });
  // Without `raw` and the filters that escape, nothing is escaped twice, or not at all: the channel does it, once.
  for (const name of ['include', 'render', 'layout', 'block', 'raw']) delete liquid.tags[name];
  for (const name of ['raw', 'escape', 'escape_once', 'xml_escape', 'inspect']) delete liquid.filters[name];
  liquid.registerFilter('percent', percent);
  liquid.registerFilter('ago', function ago(this: { context: { globals: object } }, value: unknown) {
    return agoWords(value, Reflect.get(this.context.globals, nowName));
  });
  return liquid;
}

/** A share from 0 to 1, with one decimal or as many as are asked for: 0.617 is 61.7%. */
function percent(value: unknown, digits: unknown = 1): string {
  if (typeof value !== 'number') throw new Error(`percent takes a number, not ${kindOf(value)}`);
  const decimals = Math.min(Math.max(Math.trunc(Number(digits)) || 0, 0), 6);
  return `${(value * 100).toFixed(decimals)}%`;
}

function agoWords(value: unknown, now: unknown): string {
  const at = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(at)) throw new Error(`ago takes a moment such as occurredAt, not ${kindOf(value)}`);
  return `${durationWords(Math.max(0, Number(now) - at))} ago`;
}

function kindOf(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  return Array.isArray(value) ? 'a list' : `a ${typeof value}`;
}

/** Liquid's own words, without the place, which is in the path; and the way out where there is one. */
function parseWords(error: unknown): string {
  const message = error instanceof Error ? error.message.replace(/, line:\d+, col:\d+$/, '') : String(error);
  const filter = /^undefined filter: (\S+)/.exec(message)?.[1];
  if (filter && /escape|raw/.test(filter)) return `there is no filter ${filter}: each channel escapes by itself`;
  if (filter) return `there is no filter ${filter}`;
  const tag = /tag "(\w+)" not found/.exec(message)?.[1];
  return tag ? `there is no tag ${tag} here` : message;
}
