import { Command, CommanderError } from 'commander';
import type { Environment } from '../config/environment.ts';
import { readEnvironment } from '../config/environment.ts';
import { LedgerUnavailable } from '../ledger/ledger.ts';
import { printable } from '../runtime/printable.ts';
import { backtestCommand } from './backtest.ts';
import { checkCommand } from './check.ts';
import { deliveriesCommand } from './deliveries.ts';
import { doctorCommand } from './doctor.ts';
import { explainCommand } from './explain.ts';
import { fireCommand } from './fire.ts';
import { incidentsCommand } from './incidents.ts';
import { Misuse } from './misuse.ts';
import { notificationsCommand } from './notifications.ts';
import { redeliverCommand } from './redeliver.ts';
import { reloadCommand } from './reload.ts';
import { schemaCommand } from './schema.ts';
import { serveCommand } from './serve.ts';
import { silenceCommand } from './silence.ts';
import { testCommand } from './test.ts';

/** What every command gets. Its exit code: 0 fine, 1 the answer is no, 2 misuse. */
export type Invocation = {
  environment: Environment;
  /** As it is, for the secrets that the rules file names. */
  variables: Readonly<Record<string, string | undefined>>;
  print: (text: string) => void;
  complain: (text: string) => void;
};

/** A command: adds itself to the program, and says by `done` how it ended. */
export type AddCommand = (program: Command, invocation: Invocation, done: (exitCode: number) => void) => void;

const commands: AddCommand[] = [
  serveCommand,
  fireCommand,
  checkCommand,
  doctorCommand,
  testCommand,
  explainCommand,
  backtestCommand,
  deliveriesCommand,
  incidentsCommand,
  silenceCommand,
  notificationsCommand,
  redeliverCommand,
  reloadCommand,
  schemaCommand,
];

/** Runs one command line; returns its exit code. */
export async function runCommand(args: string[], variables: Invocation['variables']): Promise<number> {
  const print = (text: string) => void process.stdout.write(`${printable(text)}\n`);
  const complain = (text: string) => void process.stderr.write(`${printable(text)}\n`);
  process.stdout.off('error', endWithReader).on('error', endWithReader);
  const read = readEnvironment(variables);
  if (!read.ok) {
    for (const { path, message } of read.problems) complain(`${path}: ${message}`);
    return 2;
  }
  let exitCode = 0;
  const program = new Command('tocsin')
    .description('Routes webhooks of e-mail deliverability monitors to Slack and PagerDuty, and un-rings what it rang.')
    .exitOverride()
    .showHelpAfterError('(--help shows how)');
  const invocation = { environment: read.environment, variables, print, complain };
  for (const add of commands) add(program, invocation, (code) => (exitCode = code));
  inheritExit(program);
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    return exitCodeOf(error, complain);
  }
}

/** Whoever read what we print has gone, as `| head` does: there is nobody to tell anything. */
function endWithReader(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
}

/** Commander ends the process by itself unless told otherwise, at each level. */
function inheritExit(command: Command): void {
  for (const each of command.commands) {
    each.exitOverride();
    inheritExit(each);
  }
}

function exitCodeOf(error: unknown, complain: (text: string) => void): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof Misuse) {
    complain(error.message);
    return 2;
  }
  if (error instanceof LedgerUnavailable) {
    complain(`The ledger does not answer: ${error.message}`);
    return 1;
  }
  throw error;
}
