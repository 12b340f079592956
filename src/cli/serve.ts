import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { Logger } from 'pino';
import type { Service, ServiceOptions } from '../compose.ts';
import { RulesRefused, startService, traitsByType, WrongPurpose } from '../compose.ts';
import { tested } from '../compose-rehearsal.ts';
import type { Config } from '../config/load-rules.ts';
import type { RulesReading } from '../config/read-rules.ts';
import { readRules } from '../config/read-rules.ts';
import type { ResolvedSource } from '../config/resolve.ts';
import type { SecretReader } from '../config/secrets.ts';
import { generousReader, secretReader } from '../config/secrets.ts';
import { openLog } from '../runtime/log.ts';
import { readableStream } from '../runtime/readable-log.ts';
import { ledgerPath } from './ledger-path.ts';
import { Misuse } from './misuse.ts';
import { previewWelcome } from './preview-welcome.ts';
import { complainOf, rulesPath } from './rules-path.ts';
import type { AddCommand, Invocation } from './run-command.ts';

type Options = { rules?: string; port?: string; preview?: boolean };

/** `tocsin serve`: the service, until a signal ends it. */
export const serveCommand: AddCommand = (program, invocation, done) => {
  program
    .command('serve')
    .description('receive webhooks, route them, tell people')
    .option('--rules <file>', 'the rules file (TOCSIN_RULES, or rules.json)')
    .option('--port <port>', 'the port to listen on (PORT, or 3000)')
    .option('--preview', 'show in the log what would be told, and send nothing; missing secrets are made up')
    .action(async (options: Options) => done(await serve(options, invocation)));
};

async function serve(options: Options, invocation: Invocation): Promise<number> {
  const preview = options.preview === true;
  const path = rulesPath(invocation, options.rules, preview);
  const environment = { ...invocation.environment, ...portOption(options.port) };
  const { log, secret, secretOf } = preview ? previewParts(invocation) : liveParts(invocation);
  const read = () => tested(readRules({ path, traits: traitsByType, secret, preview }));
  const reading = await read();
  if (!reading.ok) return explain(reading, { path, preview, ...invocation });
  const { rules } = reading;
  const ledger = ledgerPath(invocation, preview);
  let reload = () => {};
  // From the start on: left alone, it would end the process.
  process.on('SIGHUP', () => reload());
  const service = await startOrExplain({ environment, rules, read, preview, ledgerPath: ledger, log }, invocation);
  if (!service) return 1;
  reload = service.reload;
  const { port } = service;
  const engine = environment.REDIS_URL === undefined ? 'sqlite' : 'redis';
  const { config, sources } = rules;
  log.info({ port, rules: path, engine, sources: sources.map((each) => each.name), preview }, 'serving');
  for (const { path: at, message } of config.warnings) log.warn({ path: at }, message);
  const shown = (source: ResolvedSource) => secretOf(source, config);
  if (preview) invocation.print(previewWelcome({ port, sources, rules: path, environment, secretOf: shown }));
  return untilSignalled(service, log);
}

type Explained = { path: string; preview: boolean; complain: (text: string) => void };

function explain(reading: Extract<RulesReading, { ok: false }>, { path, preview, complain }: Explained): number {
  if (reading.of === 'file') complain(`${path} cannot be used:`);
  else if (reading.of === 'tests') complain(`${path} does not pass its tests (tocsin test shows more):`);
  else if (!preview) complain('Some secrets are missing (serve --preview makes them up and sends nothing):');
  complainOf(reading.problems, complain);
  return 1;
}

function portOption(port: string | undefined): { PORT?: number } {
  if (port === undefined) return {};
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535)
    throw new Misuse(`--port takes a number from 0 to 65535, not "${port}"`);
  return { PORT: Number(port) };
}

/** What reading the rules takes, and how a source's secret is shown to who wants to fire at it. */
type Parts = { log: Logger; secret: SecretReader; secretOf: (source: ResolvedSource, config: Config) => string };

/** Secrets that are not set are made up, once for each name. */
function previewParts({ variables, environment }: Invocation): Parts {
  const madeUp = new Map<string, string>();
  const make = (name: string) => {
    const secret = madeUp.get(name) ?? `whsec_${randomBytes(24).toString('base64url')}`;
    madeUp.set(name, secret);
    return secret;
  };
  const log = openLog(
    environment.LOG_LEVEL,
    readableStream((text) => void process.stdout.write(text)),
  );
  const secretOf = (source: ResolvedSource, config: Config) => shownSecret(source, config, new Set(madeUp.values()));
  return { log, secret: generousReader(variables, make), secretOf };
}

/** What was made up is shown; what was set is named, as a shell of the same environment reads it. */
function shownSecret({ name, secrets }: ResolvedSource, config: Config, madeUp: ReadonlySet<string>): string {
  const [secret = ''] = secrets;
  if (madeUp.has(secret)) return secret;
  const ref = config.sources.get(name)?.secrets[0];
  return ref && 'env' in ref ? `"$${ref.env}"` : `"$(cat ${ref?.file})"`;
}

function liveParts({ variables, environment }: Invocation): Parts {
  return { log: openLog(environment.LOG_LEVEL), secret: secretReader(variables), secretOf: () => '' };
}

async function startOrExplain(
  options: ServiceOptions,
  { complain }: Pick<Invocation, 'complain'>,
): Promise<Service | undefined> {
  try {
    return await startService(options);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const { PORT, HOST } = options.environment;
    if (code === 'EADDRINUSE') throw new Misuse(`Port ${PORT} is taken: give another one with --port or PORT.`);
    if (code === 'EACCES') throw new Misuse(`Port ${PORT} may not be used: give one above 1023 with --port or PORT.`);
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
      throw new Misuse(`HOST ${HOST} is no address of this machine.`);
    if (error instanceof RulesRefused) {
      complain(`The rules file may not be what is meant: ${message}`);
      return undefined;
    }
    if (error instanceof WrongPurpose || (await isAlreadyServed(error))) throw new Misuse(message);
    throw error;
  }
}

/** Read in only now: with it comes SQLite, which a service on Redis does without. */
async function isAlreadyServed(error: unknown): Promise<boolean> {
  const { AlreadyServed } = await import('../ledger/sqlite/serving.ts');
  return error instanceof AlreadyServed;
}

/** Whoever supervises us waits ten seconds; what is not finished by then is safe in the ledger. */
const stopWithinMs = 9_500;

/** Stops politely at the first signal; a second one does not wait. */
async function untilSignalled(service: Service, log: Pick<Logger, 'info'>): Promise<number> {
  const signal = await Promise.race(['SIGTERM', 'SIGINT'].map((name) => once(process, name).then(() => name)));
  log.info({ signal }, 'stopping');
  for (const name of ['SIGTERM', 'SIGINT']) process.once(name, () => process.exit(1));
  const tooLong = setTimeout(() => process.exit(0), stopWithinMs);
  await service.stop();
  clearTimeout(tooLong);
  log.info({ signal }, 'stopped');
  return 0;
}
