import type { Logger } from 'pino';

/** What closes each part that was opened, in the order they were. */
export type Closing = (() => Promise<void>)[];

/** Closes what was opened last first, each once; one that fails keeps none of the others open. */
export async function closeAll(opened: Closing, log: Logger): Promise<void> {
  for (const close of opened.splice(0).reverse()) {
    try {
      await close();
    } catch (err) {
      log.error({ err }, 'service.not-closed');
    }
  }
}
