import { randomBytes } from 'node:crypto';
import { sourceTypes } from '../compose.ts';
import { secretReader } from '../config/secrets.ts';
import { changedAt } from '../domain/changed-at.ts';
import type { Problem } from '../domain/filter/filter.ts';
import { nearest } from '../domain/filter/nearest.ts';
import type { HookType } from '../sources/source.ts';
import { Misuse } from './misuse.ts';
import { readRules, rulesPath } from './rules-path.ts';
import type { AddCommand, Invocation } from './run-command.ts';

type Options = {
  url?: string;
  secret?: string;
  id?: string;
  times: string;
  set: string[];
  rules?: string;
  json?: boolean;
};

/** `tocsin fire`: a signed, realistic delivery of any sender, to any URL. */
export const fireCommand: AddCommand = (program, invocation, done) => {
  const types = Object.entries(sourceTypes).map(([name, type]) => `  ${name}: ${type.documentedTypes.join(', ')}`);
  program
    .command('fire')
    .argument(
      '<source/event-type>',
      'such as inbox-check/test.completed; a type of sender, or a source of the rules file',
    )
    .description('send a signed, realistic delivery to a hook')
    .option('--url <url>', 'the hook (the running service on this machine)')
    .option('--secret <secret>', 'the signing secret (the first of the source in the rules file)')
    .option('--id <id>', 'the delivery id (a new one for each)')
    .option('--times <n>', 'how often', '1')
    .option('--set <path=value>', 'change the body; the value is JSON, or else text', collect, [])
    .option('--rules <file>', 'the rules file (TOCSIN_RULES, or rules.json)')
    .option('--json', 'print the answers as JSON')
    .addHelpText('after', `\nEvent types:\n${types.join('\n')}\n`)
    .action(async (what: string, options: Options) => done(await fire(what, options, invocation)));
};

function collect(value: string, before: string[]): string[] {
  return [...before, value];
}

async function fire(what: string, options: Options, invocation: Invocation): Promise<number> {
  const { name, type, eventType } = targetOf(what, options, invocation);
  const secret = options.secret ?? secretOf(name, options, invocation);
  if (secret.trim() === '') throw new Misuse('--secret is empty');
  const url = options.url ?? `http://127.0.0.1:${invocation.environment.PORT}/hooks/${name}`;
  if (!URL.canParse(url)) throw new Misuse(`--url takes a URL, not "${url}"`);
  const times = Number(options.times);
  if (!Number.isInteger(times) || times < 1 || times > 100_000)
    throw new Misuse('--times takes a number from 1 to 100000');
  const answers: { id: string; status: number; body: unknown }[] = [];
  for (let i = 0; i < times; i += 1) {
    const id = options.id ?? newId(type);
    const answer = await send(url, signed({ type, eventType, id, secret, changes: options.set }));
    answers.push({ id, ...answer });
    if (!options.json) invocation.print(`${answer.status} ${JSON.stringify(answer.body)}`);
  }
  if (options.json) invocation.print(JSON.stringify(answers, null, 2));
  return answers.every(({ status }) => status >= 200 && status < 300) ? 0 : 1;
}

function targetOf(
  what: string,
  options: Options,
  invocation: Invocation,
): { name: string; type: HookType; eventType: string } {
  const [name = '', ...rest] = what.split('/');
  const eventType = rest.join('/');
  const type =
    Object.entries(sourceTypes).find(([each]) => each === name)?.[1] ?? configuredType(name, options, invocation);
  if (type.documentedTypes.includes(eventType)) return { name, type, eventType };
  const hint = nearest(eventType, type.documentedTypes);
  const known = hint ? `did you mean ${name}/${hint}?` : `there are ${type.documentedTypes.join(', ')}`;
  throw new Misuse(`${type.type} sends no "${eventType}": ${known}`);
}

function configuredType(name: string, options: Options, invocation: Invocation): HookType {
  const config = readRules(rulesPath(invocation, options.rules, true), invocation);
  const source = config?.sources.get(name);
  if (source) return sourceTypes[source.type];
  throw new Misuse(
    `"${name}" is no type of sender (${Object.keys(sourceTypes).join(', ')}) and no source of the rules file`,
  );
}

function secretOf(name: string, options: Options, invocation: Invocation): string {
  const config = readRules(rulesPath(invocation, options.rules, true), invocation);
  const ref = config?.sources.get(name)?.secrets[0];
  const problems: Problem[] = [];
  const secret = ref && secretReader(invocation.variables)(ref, `sources.${name}`, problems);
  if (secret) return secret;
  const why = problems[0]?.message ?? `the rules file has no source "${name}"`;
  throw new Misuse(`Which secret signs it? ${why}: give --secret.`);
}

type Fixture = { type: HookType; eventType: string; id: string; secret: string; changes: string[] };

function signed({ type, eventType, id, secret, changes }: Fixture) {
  const atMs = Date.now();
  const body = changes.reduce<unknown>(changedBody, type.fixture(eventType, { id, atMs }));
  return type.sign(Buffer.from(JSON.stringify(body)), secret, { id, type: eventType, atMs });
}

/** The body with what `path=value` (dotted; a number is a place in a list) changes. */
function changedBody(body: unknown, change: string): unknown {
  const at = change.indexOf('=');
  const path = change.slice(0, at).split('.');
  if (at < 1 || path.some((step) => step === '' || step === '__proto__')) {
    throw new Misuse(`--set takes path=value, such as data.summary.inboxRate=0.95, not "${change}"`);
  }
  return changedAt(body, path, jsonOrText(change.slice(at + 1)));
}

function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Crockford's base 32, of which ULIDs are made. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

function newId(type: HookType): string {
  const letters = (count: number) => [...randomBytes(count)].map((byte) => alphabet[byte % 32]).join('');
  return type.type === 'inbox-check' ? `dlv_0${letters(25)}` : `evt_${letters(14)}`;
}

const answerWithinMs = 30_000;

async function send(
  url: string,
  { headers, body }: ReturnType<HookType['sign']>,
): Promise<{ status: number; body: unknown }> {
  try {
    const signal = AbortSignal.timeout(answerWithinMs);
    const response = await fetch(url, {
      method: 'POST',
      headers,
      body: new Uint8Array(body),
      signal,
      redirect: 'manual',
    });
    return { status: response.status, body: jsonOrText(await response.text()) };
  } catch (error) {
    const { cause, message } = error as Error & { cause?: { code?: string; message?: string } };
    return { status: 0, body: { error: `nothing answers at ${url} (${cause?.code ?? cause?.message ?? message})` } };
  }
}
