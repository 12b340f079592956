import type { Message } from '../domain/message/message.ts';

/** What a message says, without any channel's format: about as it will be read. */
export function messageLines(message: Message): string[] {
  const { title, text, facts, failedAuth, providers, end, test, keyless, rules, key } = message;
  const placements = providers.map(({ provider, placement }) => `${provider} ${placement}`);
  return [
    `${test ? '[TEST] ' : ''}${stateWords(message)}: ${title}`,
    ...(end ? [end.words] : []),
    ...(text === undefined ? [] : text.split('\n')),
    ...facts.map(({ name, value }) => `${name}: ${value}`),
    ...(failedAuth.length > 0 ? [`Failed: ${failedAuth.join(', ')}`] : []),
    ...(placements.length > 0 ? [`Placements: ${placements.join(', ')}`] : []),
    ...(keyless ? ['It has no key of its own: the event lacks what its key is made of'] : []),
    `(${rules.join(', ')}; ${key})`,
  ];
}

function stateWords({ state, severity, end }: Message): string {
  if (state === 'notice') return 'Notice';
  if (state === 'resolved') return end?.confirmed ? 'Resolved' : 'Ended';
  return `${severity.charAt(0).toUpperCase()}${severity.slice(1)}`;
}
