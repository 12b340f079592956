import type { Template } from 'liquidjs';
import type { Shape } from '../event-shape.ts';
import { shapeAt } from '../event-shape.ts';
import { nearest } from '../filter/nearest.ts';
import { isObject } from '../json.ts';
import { parsedTemplate, variablesOf } from './template.ts';

/** `faults`: it could never be filled in. `doubts`: it would say what nobody wants to read, or nothing. */
export type TemplateFindings = { faults: string[]; doubts: string[] };

/** What the loops around a place call an element. */
type Named = ReadonlyMap<string, { shape: Shape; list: string }>;

/** Looks at a template that can be parsed: at zones of time, at loops over lists of the event, and at what is no text. */
export function findingsInTemplate(text: string): TemplateFindings {
  const found: TemplateFindings = { faults: [], doubts: [] };
  walk(parsedTemplate(text), new Map(), found);
  return { faults: [...new Set(found.faults)], doubts: [...new Set(found.doubts)] };
}

function walk(templates: readonly Template[], named: Named, found: TemplateFindings): void {
  for (const template of templates) {
    for (const value of template.arguments?.() ?? []) checkZones(value, found);
    if ('value' in template) checkOutput(template.value, named, found);
    const inside = loopOf(template, named);
    if (inside) checkLoop(template, inside, found);
    const around = inside ? new Map([...named, [inside.name, inside]]) : named;
    walk(childrenOf(template), around, found);
  }
}

function childrenOf(template: Template): Template[] {
  const steps = template.children?.(false, true);
  for (let step = steps?.next(); step; step = steps?.next()) if (step.done) return step.value;
  return [];
}

type Loop = { name: string; shape: Shape; list: string };

/** A loop over a list of the event. */
function loopOf(template: Template, named: Named): Loop | undefined {
  if (!('variable' in template && 'collection' in template) || typeof template.variable !== 'string') return undefined;
  const path = pathOf(template.collection);
  const shape = path && shapeOf(path, named);
  return shape?.kind === 'list' && path
    ? { name: template.variable, shape: shape.element, list: path.join('.') }
    : undefined;
}

function shapeOf([first = '', ...rest]: readonly string[], named: Named): Shape | undefined {
  const element = named.get(first);
  return element ? shapeAt(rest, element.shape) : shapeAt([first, ...rest]);
}

/** A field that no element of the list has. */
function checkLoop(template: Template, { name, shape, list }: Loop, { doubts }: TemplateFindings): void {
  for (const [first, step] of variablesOf(childrenOf(template))) {
    if (first !== name || step === undefined || shapeAt([step], shape)) continue;
    const hint = shape.kind === 'fields' ? nearest(step, Object.keys(shape.fields)) : undefined;
    doubts.push(`no element of ${list} has ${step}${hint ? `: did you mean "${name}.${hint}"?` : ''}`);
  }
}

/** Leaves a list what it is: what stands in for nothing, and what Liquid calls the filter that ends every output. */
const passing = ['default', '[object Function]'];

/** What is told as it is, though it is no single value. */
function checkOutput(value: unknown, named: Named, { doubts }: TemplateFindings): void {
  if (!isObject(value) || !Array.isArray(value.filters)) return;
  if (value.filters.some((filter) => !passing.includes(filter.name))) return;
  const { postfix } = isObject(value.initial) ? value.initial : {};
  const path = Array.isArray(postfix) && postfix.length === 1 ? pathOf(postfix[0]) : undefined;
  const shape = path && shapeOf(path, named);
  const full = path?.join('.');
  if (shape?.kind === 'fields')
    doubts.push(`${full} is an object: name one of its fields, such as ${full}.${Object.keys(shape.fields)[0]}`);
  if (shape?.kind !== 'list') return;
  const way =
    shape.element.kind === 'fields'
      ? `{% for each in ${full} %}{{ each.${Object.keys(shape.element.fields)[0]} }} {% endfor %}`
      : `{{ ${full} | join: ", " }}`;
  doubts.push(`${full} is a list: write ${way}`);
}

/** Of a plain path, such as `providers` or `auth.spf`. */
function pathOf(token: unknown): string[] | undefined {
  if (!isObject(token) || !Array.isArray(token.props)) return undefined;
  const steps = token.props.map((each: unknown) => (isObject(each) ? each.content : undefined));
  return steps.every((step) => typeof step === 'string') ? steps : undefined;
}

function checkZones(value: unknown, { faults }: TemplateFindings): void {
  if (!isObject(value) || !Array.isArray(value.filters)) return;
  for (const { name, args } of value.filters) {
    const zone: unknown = name === 'date' && Array.isArray(args) ? args[1]?.content : undefined;
    if (typeof zone !== 'string' || isZone(zone)) continue;
    const hint = nearest(zone, Intl.supportedValuesOf('timeZone'));
    faults.push(`there is no time zone "${zone}"${hint ? `: did you mean "${hint}"?` : ', such as "Europe/Berlin"'}`);
  }
}

function isZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }) !== undefined;
  } catch {
    return false;
  }
}
