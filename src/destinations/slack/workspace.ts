import { slackFailure } from './errors.ts';
import type { SlackCaller } from './slack-caller.ts';

/** Sends the reader on to a workspace of theirs: with several, not always the right one. */
const anyWorkspace = 'https://slack.com/';

/** `https://acme.slack.com/`, and nothing that could break out of a link. */
const form = /^https:\/\/[a-z0-9-]+(?:\.[a-z0-9-]+)*\.slack(?:-gov)?\.com\/$/;

/**
 * The workspace's address, which links begin with (https://docs.slack.dev/reference/methods/auth.test). It is asked for
 * beside the calls that tell, and not before it is needed: no message waits for it or fails with it, and until it is
 * known links go by way of slack.com.
 */
export function slackWorkspace(slack: SlackCaller): { url(): string; close(): void } {
  const closing = new AbortController();
  let known: string | undefined;
  let asking = false;

  async function ask(): Promise<void> {
    asking = true;
    const answer = await slack.call(closing.signal, (client) => client.auth.test(), slackFailure);
    if ('url' in answer && form.test(answer.url ?? '')) known = answer.url;
    asking = false;
  }

  return {
    url() {
      if (known === undefined && !asking) void ask();
      return known ?? anyWorkspace;
    },
    close: () => closing.abort(),
  };
}
