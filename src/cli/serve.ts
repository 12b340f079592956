import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { Service } from '../compose.ts';
import { startService } from '../compose.ts';
import { openDestinations, openPreviews } from '../compose-destinations.ts';
import type { Config } from '../config/load-rules.ts';
import type { ResolvedSource } from '../config/resolve.ts';
import { resolveDestinations, resolveSources } from '../config/resolve.ts';
import { generousReader, secretReader } from '../config/secrets.ts';
import type { Problem } from '../domain/filter.ts';
import { openLog } from '../runtime/log.ts';
import { readableStream } from '../runtime/readable-log.ts';
import { ledgerPath } from './ledger-path.ts';
import { Misuse } from './misuse.ts';
import { previewWelcome } from './preview-welcome.ts';
import { complainOf, readRules, rulesPath } from './rules-path.ts';
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
  const config = readRules(path, invocation);
  if (!config) return 1;
  const parts = preview ? previewParts(config, invocation) : liveParts(config, invocation);
  if (!parts) return 1;
  const environment = { ...invocation.environment, ...portOption(options.port) };
  const service = await startOrExplain({
    environment,
    config,
    preview,
    ledgerPath: ledgerPath(invocation, preview),
    ...parts,
  });
  const { port } = service;
  const engine = environment.REDIS_URL === undefined ? 'sqlite' : 'redis';
  parts.log.info({ port, rules: path, engine, sources: parts.sources.map((each) => each.name), preview }, 'serving');
  for (const { path, message } of config.warnings) parts.log.warn({ path }, message);
  const { sources, secretOf } = parts;
  if (secretOf) invocation.print(previewWelcome({ port, sources, rules: path, environment, secretOf }));
  return untilSignalled(service, parts.log);
}

function portOption(port: string | undefined): { PORT?: number } {
  if (port === undefined) return {};
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535)
    throw new Misuse(`--port takes a number from 0 to 65535, not "${port}"`);
  return { PORT: Number(port) };
}

function previewParts(config: Config, { variables, environment, complain }: Invocation) {
  const problems: Problem[] = [];
  const madeUp = new Set<string>();
  const make = () => {
    const secret = `whsec_${randomBytes(24).toString('base64url')}`;
    madeUp.add(secret);
    return secret;
  };
  const sources = resolveSources(config, generousReader(variables, make), problems);
  if (problems.length > 0) return complainOf(problems, complain);
  const log = openLog(
    environment.LOG_LEVEL,
    readableStream((text) => void process.stdout.write(text)),
  );
  const secretOf = (source: ResolvedSource) => shownSecret(source, config, madeUp);
  return { sources, destinations: openPreviews(config, log), log, secretOf };
}

/** What was made up is shown; what was set is named, as a shell of the same environment reads it. */
function shownSecret({ name, secrets }: ResolvedSource, config: Config, madeUp: ReadonlySet<string>): string {
  const [secret = ''] = secrets;
  if (madeUp.has(secret)) return secret;
  const ref = config.sources.get(name)?.secrets[0];
  return ref && 'env' in ref ? `"$${ref.env}"` : `"$(cat ${ref?.file})"`;
}

function liveParts(config: Config, { variables, environment, complain }: Invocation) {
  const problems: Problem[] = [];
  const secret = secretReader(variables);
  const sources = resolveSources(config, secret, problems);
  const resolved = resolveDestinations(config, secret, problems);
  if (problems.length > 0) {
    complain('Some secrets are missing (serve --preview makes them up and sends nothing):');
    return complainOf(problems, complain);
  }
  const log = openLog(environment.LOG_LEVEL);
  const destinations = openDestinations(resolved, environment.SLACK_API_URL, log);
  return { sources, destinations, log, secretOf: undefined };
}

async function startOrExplain(options: Parameters<typeof startService>[0]): Promise<Service> {
  try {
    return await startService(options);
  } catch (error) {
    const { code, name, message } = error as NodeJS.ErrnoException;
    const { PORT, HOST } = options.environment;
    if (code === 'EADDRINUSE') throw new Misuse(`Port ${PORT} is taken: give another one with --port or PORT.`);
    if (code === 'EACCES') throw new Misuse(`Port ${PORT} may not be used: give one above 1023 with --port or PORT.`);
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
      throw new Misuse(`HOST ${HOST} is no address of this machine.`);
    if (name === 'AlreadyServed' || name === 'WrongPurpose') throw new Misuse(message);
    throw error;
  }
}

/** Whoever supervises us waits ten seconds; what is not finished by then is safe in the ledger. */
const stopWithinMs = 9_500;

/** Stops politely at the first signal; a second one does not wait. */
async function untilSignalled(
  service: Service,
  log: { info: (fields: object, message: string) => void },
): Promise<number> {
  const signal = await Promise.race(['SIGTERM', 'SIGINT'].map((name) => once(process, name).then(() => name)));
  log.info({ signal }, 'stopping');
  for (const name of ['SIGTERM', 'SIGINT']) process.once(name, () => process.exit(1));
  const tooLong = setTimeout(() => process.exit(0), stopWithinMs);
  await service.stop();
  clearTimeout(tooLong);
  log.info({ signal }, 'stopped');
  return 0;
}
