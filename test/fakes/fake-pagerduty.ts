import { alertsOf } from './fake-pagerduty-api.ts';
import { answerUnder, type FakeAnswer, type Fault, type Faults, makeFaults } from './faults.ts';
import { makeCertificate } from './made-certificate.ts';
import { startScriptedServer } from './scripted-server.ts';

/** One incident: from the trigger that opened it to the resolve that ended it. */
export type FakeIncident = {
  /** Of what people see: several that are grouped have one. */
  pageId: string;
  createdAt: number;
  routingKey: string;
  dedupKey: string;
  status: 'triggered' | 'acknowledged' | 'resolved';
  /** As the latest trigger has it. */
  summary: string;
  severity: string;
  /** Every trigger's payload, the first of which rang. */
  payloads: Record<string, unknown>[];
  /** As the latest trigger has them. */
  links: unknown[];
  /** What was told of it, in order. */
  log: FakeAction[];
};

const actions = ['trigger', 'acknowledge', 'resolve'] as const;
type FakeAction = (typeof actions)[number];

export type FakePagerDutyCall = { path: string; body: unknown; status: number };

/** A PagerDuty over TLS that keeps incidents, checks what it is sent as PagerDuty does, and fails as told. */
export type FakePagerDuty = Faults & {
  /** For a destination's `server`. */
  server: string;
  /** For `NODE_EXTRA_CA_CERTS` of a process that is to trust it. */
  caFile: string;
  ca: string;
  /** What goes wrong with calls of one kind alone; comes before what goes wrong with any. */
  faultsOf: Record<FakeAction | 'change', Faults>;
  /** Every call with one routing key from now on; `undefined`: none. */
  failKey(routingKey: string, fault: Fault | undefined): void;
  /** Those it knows: one that is taken away is refused from then on. */
  routingKeys: Set<string>;
  /** Every incident there ever was, the oldest first. */
  incidents: FakeIncident[];
  changes: { routingKey: string; payload: Record<string, unknown>; links: unknown[] }[];
  /** Everything that was carried out or refused, in order. */
  calls: FakePagerDutyCall[];
  /** What goes wrong with questions to the REST API. */
  apiFaults: Faults;
  /** The paths of the questions that reached it. */
  asked: string[];
  /** Calls that reached it, whatever became of them. */
  hits(): number;
  close: () => Promise<void>;
};

type State = Pick<FakePagerDuty, 'incidents' | 'changes' | 'routingKeys'> & { clock: () => number };
type Plain = Record<string, unknown>;

export async function startFakePagerDuty(settings: {
  routingKeys: string[];
  /** The key of its REST API. */
  apiToken?: string;
  clock?: () => number;
}): Promise<FakePagerDuty> {
  const certificate = makeCertificate();
  const server = await startScriptedServer(certificate);
  const faults = makeFaults();
  const faultsOf = { trigger: makeFaults(), acknowledge: makeFaults(), resolve: makeFaults(), change: makeFaults() };
  const keyFaults = new Map<unknown, Fault>();
  const state: State = {
    routingKeys: new Set(settings.routingKeys),
    incidents: [],
    changes: [],
    clock: settings.clock ?? Date.now,
  };
  const apiFaults = makeFaults();
  const asked: string[] = [];
  const calls: FakePagerDutyCall[] = [];
  server.script = (response, request, text) => {
    if (request.method === 'GET') {
      asked.push(request.url ?? '');
      answerUnder(apiFaults.next(), { request, response }, () => alertsOf(state.incidents, request, settings.apiToken));
      return;
    }
    const path = request.method === 'POST' ? (request.url ?? '') : '';
    const body = readObject(text);
    const kind = path === changePath ? 'change' : actions.find((action) => action === body?.event_action);
    const fault = (kind && faultsOf[kind].next()) ?? keyFaults.get(body?.routing_key) ?? faults.next();
    answerUnder(fault, { request, response }, () => {
      const answer = body === undefined ? refused('The event is not a JSON object') : perform(state, path, body);
      calls.push({ path, body, status: answer.status });
      return answer;
    });
  };
  return {
    ...faults,
    ...state,
    faultsOf,
    apiFaults,
    asked,
    failKey(routingKey, fault) {
      if (fault === undefined) keyFaults.delete(routingKey);
      else keyFaults.set(routingKey, fault);
    },
    server: `127.0.0.1:${server.port}`,
    caFile: certificate.caFile,
    ca: certificate.cert,
    calls,
    hits: () => server.requests.length,
    close: async () => {
      await server.close();
      certificate.remove();
    },
  };
}

const eventPath = '/v2/enqueue';
const changePath = '/v2/change/enqueue';

function readObject(text: string): Plain | undefined {
  if (Buffer.byteLength(text) > 512_000) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function perform(state: State, path: string, body: Plain): FakeAnswer {
  if (path !== eventPath && path !== changePath) return { status: 404, body: 'Not Found' };
  const key = body.routing_key;
  if (typeof key !== 'string' || key.length !== 32) {
    return refused("Length of 'routing_key' is incorrect (should be 32 characters)");
  }
  // Plain text, as PagerDuty was seen to answer: https://github.com/dikhan/pagerduty-client/issues/32
  if (!state.routingKeys.has(key)) return { status: 400, body: 'InvalidRoutingKey' };
  const problems = path === eventPath ? eventProblems(body) : changeProblems(body);
  if (problems.length > 0) return refused(...problems);
  if (path === changePath) {
    state.changes.push({ routingKey: key, payload: body.payload as Plain, links: linksOf(body) });
    return accepted({ message: 'Change event processed' });
  }
  const dedupKey = String(body.dedup_key ?? `made-${state.incidents.length}`);
  keep(state, { routingKey: key, dedupKey }, body);
  return accepted({ message: 'Event processed', dedup_key: dedupKey });
}

/**
 * A trigger folds into what is open under its key or opens anew; whoever has it keeps it. An acknowledgement or the end
 * of what is not open is dropped.
 */
function keep(state: State, id: { routingKey: string; dedupKey: string }, body: Plain): void {
  const action = actions.find((each) => each === body.event_action) ?? 'trigger';
  let open = state.incidents.find(
    (each) => each.routingKey === id.routingKey && each.dedupKey === id.dedupKey && each.status !== 'resolved',
  );
  if (!open && action !== 'trigger') return;
  if (!open) {
    const pageId = `PINC${state.incidents.length + 1}`;
    open = {
      pageId,
      createdAt: state.clock(),
      ...id,
      status: 'triggered',
      summary: '',
      severity: '',
      payloads: [],
      links: [],
      log: [],
    };
    state.incidents.push(open);
  }
  open.log.push(action);
  if (action === 'resolve') open.status = 'resolved';
  if (action === 'acknowledge') open.status = 'acknowledged';
  if (action !== 'trigger') return;
  const payload = body.payload as Plain;
  open.payloads.push(payload);
  Object.assign(open, { summary: payload.summary, severity: payload.severity, links: linksOf(body) });
}

function linksOf({ links }: Plain): unknown[] {
  return Array.isArray(links) ? links : [];
}

function eventProblems(body: Plain): string[] {
  const { event_action: action, dedup_key: dedupKey, payload } = body;
  const problems: string[] = [];
  if (!actions.some((each) => each === action)) problems.push("'event_action' is unknown");
  if (dedupKey === undefined && action !== 'trigger') problems.push("'dedup_key' is missing");
  if (dedupKey !== undefined && (typeof dedupKey !== 'string' || dedupKey.length > 255)) {
    problems.push("Length of 'dedup_key' is incorrect (should be at most 255 characters)");
  }
  if (action !== 'trigger') return problems;
  if (!isObject(payload)) return [...problems, "'payload' is missing"];
  if (!['critical', 'error', 'warning', 'info'].includes(String(payload.severity))) {
    problems.push("'payload.severity' is invalid");
  }
  if (typeof payload.source !== 'string' || payload.source === '') problems.push("'payload.source' is missing");
  return [...problems, ...payloadProblems(payload), ...linkProblems(body)];
}

function changeProblems(body: Plain): string[] {
  return isObject(body.payload) ? [...payloadProblems(body.payload), ...linkProblems(body)] : ["'payload' is missing"];
}

function linkProblems({ links }: Plain): string[] {
  if (links === undefined) return [];
  const isGood = Array.isArray(links) && links.every((each) => isObject(each) && URL.canParse(String(each.href)));
  return isGood ? [] : ["'links' is invalid"];
}

function payloadProblems({ summary, timestamp, custom_details: details }: Plain): string[] {
  const problems: string[] = [];
  if (typeof summary !== 'string' || summary === '') problems.push("'payload.summary' is missing");
  if (typeof summary === 'string' && summary.length > 1_024) problems.push("'payload.summary' is too long");
  if (timestamp !== undefined && Number.isNaN(Date.parse(String(timestamp))))
    problems.push("'payload.timestamp' is invalid");
  if (details !== undefined && !isObject(details)) problems.push("'payload.custom_details' is not an object");
  return problems;
}

function isObject(value: unknown): value is Plain {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function accepted(said: Plain): FakeAnswer {
  return { status: 202, body: JSON.stringify({ status: 'success', ...said }) };
}

function refused(...errors: string[]): FakeAnswer {
  return { status: 400, body: JSON.stringify({ status: 'invalid event', message: 'Event object is invalid', errors }) };
}
