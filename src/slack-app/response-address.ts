const slackHost = /(?:^|\.)slack(?:-gov)?\.com$/;

/**
 * Whether people may be answered at this address: one of Slack's, or where `SLACK_API_URL` leads elsewhere, of the host
 * there. Whoever knows the signing secret names it, and must not have us post to what only we can reach.
 */
export function isResponseAddress(address: string, apiUrl: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, hostname } = new URL(address);
  if (slackHost.test(hostname)) return protocol === 'https:';
  return hostname === new URL(apiUrl).hostname && (protocol === 'https:' || protocol === 'http:');
}
