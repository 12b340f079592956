import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { openLedgerBeside, traitsByType } from '../compose.ts';
import { stageOf } from '../compose-rehearsal.ts';
import type { Environment } from '../config/environment.ts';
import { loadRules } from '../config/load-rules.ts';
import { LedgerUnavailable } from '../ledger/ledger.ts';
import { backtest } from '../pipeline/rehearsal/backtest.ts';
import type { Played } from '../pipeline/rehearsal/play.ts';
import { Misuse } from './misuse.ts';

/** All that another thread needs to play a rules file: nothing in it is more than data. */
export type Asked = { rules: string; environment: Environment; ledger: string; sinceMs: number; until: number };

type Answer = { played: Played } | { unavailable: string } | { unusable: string };

/**
 * Plays a rules file over the same history in a thread of its own: on a second core it costs no time. Rejects with
 * `LedgerUnavailable`, with `Misuse` where the file can no longer be used, and once `signal` is aborted.
 */
export async function playedBeside(asked: Asked, signal: AbortSignal): Promise<Played> {
  // This file is the thread's as well, also where it is JavaScript by now.
  const worker = new Worker(new URL(import.meta.url), { workerData: asked, execArgv: [] });
  const answered = Promise.withResolvers<Answer>();
  worker.once('message', answered.resolve).once('error', answered.reject);
  worker.once('exit', (code) => answered.reject(new Error(`the thread ended with ${code} and without an answer`)));
  signal.addEventListener('abort', () => void worker.terminate(), { once: true });
  const answer = await answered.promise;
  if ('unusable' in answer) throw new Misuse(answer.unusable);
  if ('unavailable' in answer) throw new LedgerUnavailable(answer.unavailable);
  return answer.played;
}

async function play({ rules, environment, ledger: path, sinceMs, until }: Asked): Promise<Answer> {
  const loaded = loadRules(rules, traitsByType);
  if (!loaded.ok) return { unusable: `${rules} was changed meanwhile, and cannot be used. tocsin check says why` };
  try {
    const ledger = await openLedgerBeside(environment, path);
    try {
      const stages = [stageOf(loaded.config)];
      const { played } = await backtest({ ledger, sinceMs, until, stages, onProgress: () => {} });
      const [mine] = played;
      if (!mine) throw new Error('nothing was played');
      return { played: mine };
    } finally {
      await ledger.close();
    }
  } catch (error) {
    if (error instanceof LedgerUnavailable) return { unavailable: error.message };
    throw error;
  }
}

if (!isMainThread && parentPort && (workerData as Partial<Asked> | null)?.rules !== undefined) {
  parentPort.postMessage(await play(workerData as Asked));
}
