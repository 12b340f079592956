import type { Logger as BoltLogger } from '@slack/bolt';
import { LogLevel } from '@slack/bolt';
import type { Logger } from 'pino';

/** Tokens, and addresses that are a secret themselves. */
const secrets = /\bx(?:ox[a-z]|app)-[\w-]+|\b(?:https|wss?):\/\/[^\s'"]+/g;
const mostUnits = 300;

/**
 * Bolt's logger in front of ours. Its finer lines quote payloads and answers and are left out; of an error only the name
 * and the words are kept, without what may be a secret.
 */
export function boltLog(log: Logger): BoltLogger {
  const say =
    (level: 'warn' | 'error') =>
    (...said: unknown[]) =>
      log[level]({ bolt: said.map(wordsOf).join(' ') }, 'slack-app.bolt');
  return {
    debug: () => {},
    info: () => {},
    warn: say('warn'),
    error: say('error'),
    setLevel: () => {},
    getLevel: () => LogLevel.WARN,
    setName: () => {},
  };
}

/** One thing that was logged, or thrown. */
export function wordsOf(said: unknown): string {
  const text = said instanceof Error ? `${said.name}: ${said.message}` : String(said);
  return text.replace(secrets, '[redacted]').slice(0, mostUnits).toWellFormed();
}
