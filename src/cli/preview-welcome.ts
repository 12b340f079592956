import type { Environment } from '../config/environment.ts';
import type { ResolvedSource } from '../config/resolve.ts';

type Welcome = {
  port: number;
  sources: ResolvedSource[];
  rules: string;
  environment: Environment;
  /** The secret, where it was made up; otherwise how a shell reads it. */
  secretOf: (source: ResolvedSource) => string;
};

/** From a checkout, or from the installed package, which is JavaScript. */
const tocsin = import.meta.filename.endsWith('.ts') ? 'npm run -s tocsin --' : 'npx tocsin';

/** What a person sees who starts the preview: where to send, the secrets, and commands that work as they stand. */
export function previewWelcome({ port, sources, rules, environment, secretOf }: Welcome): string {
  const { HOST } = environment;
  const host = HOST === '0.0.0.0' || HOST === '::' ? '127.0.0.1' : HOST;
  const base =
    environment.TOCSIN_PUBLIC_URL?.replace(/\/$/, '') ?? `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
  const lines = sources.map((source) => `  POST ${base}/hooks/${source.name}   secret ${secretOf(source)}`);
  const first = sources.find(({ type }) => type === 'inbox-check') ?? sources.find(({ type }) => type === 'reachscore');
  const fire = first
    ? fireLines(first, secretOf(first), `http://${host.includes(':') ? `[${host}]` : host}:${port}`)
    : [];
  return [
    '',
    `tocsin listens, in preview: by the rules of ${rules} it shows here what it would tell, and sends nothing.`,
    '',
    ...lines,
    '',
    ...fire,
    'Look at what became of it:',
    '',
    `  ${tocsin} deliveries list`,
    `  ${tocsin} incidents list`,
    '',
  ].join('\n');
}

function fireLines({ name, type }: ResolvedSource, secret: string, base: string): string[] {
  const fire = `${tocsin} fire ${type}/test.completed --url ${base}/hooks/${name} --secret ${secret}`;
  return [
    'Ring it, from another shell in this folder: a mailing of which too much missed the inbox.',
    '',
    `  ${fire}`,
    '',
    'And un-ring it, by a test that went well:',
    '',
    `  ${fire} --set ${recovered[type]}`,
    '',
  ];
}

const recovered: Partial<Record<ResolvedSource['type'], string>> = {
  'inbox-check': 'data.summary.inboxRate=0.95',
  reachscore: 'data.inbox_placement=\'{"gmail":"inbox","outlook":"inbox"}\'',
};
