import { type Event, valueAt } from '../domain/event.ts';

/** Names under which a sender may say where its test, its report or its monitor is seen. */
const linkName =
  /^(?:(?:test|report|results?|details?|dashboard|monitor|alert|html|web|public|share)[_-]?)?(?:url|link|href)$|^permalink$/i;
const mostLinks = 3;
const mostLength = 1_000;

/** The links that the sender gave with its event, in its own `data`. None is made up: most events have none. */
export function senderLinks({ data }: Event): { href: string; text: string }[] {
  if (typeof data !== 'object' || data === null) return [];
  const links = Object.keys(data).flatMap((name) => {
    const href = linkName.test(name) ? webAddress(valueAt(data, [name])) : undefined;
    return href === undefined ? [] : [{ href, text: wordsOf(name) }];
  });
  return links.slice(0, mostLinks);
}

/** As a browser would ask for it; nothing that carries a password. */
function webAddress(value: unknown): string | undefined {
  if (typeof value !== 'string' || value.length > mostLength || !URL.canParse(value)) return undefined;
  const { protocol, username, password, href } = new URL(value);
  const isPlain = /^https?:$/.test(protocol) && username === '' && password === '';
  return isPlain && href.length <= mostLength ? href : undefined;
}

/** `reportUrl` and `report_url` read `report url`. */
function wordsOf(name: string): string {
  return name
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replace(/[_-]/g, ' ')
    .toLowerCase();
}
