/** How a channel is told, as the rules file has it by default. */
export const madeManner = {
  threads: 'changes',
  broadcastResolve: false,
  editEveryMs: 10_000,
  fallbackAfterMs: 600_000,
  buttons: false,
} as const;
