import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';

type Named<Label extends string> = { name: string; help: string; labels: readonly Label[] };

/** What is counted, in the Prometheus text format. Each name is made once. */
export type Metrics = {
  /** Counts one event under these labels. */
  counter<Label extends string>(named: Named<Label>): (labels: Record<Label, string>) => void;
  /** A value that is set when somebody looks. */
  gauge<Label extends string>(named: Named<Label>): (labels: Record<Label, string>, value: number) => void;
  text(): Promise<string>;
};

export function openMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const made = <Label extends string>({ name, help, labels }: Named<Label>) => ({
    name,
    help,
    labelNames: [...labels],
    registers: [registry],
  });
  return {
    counter(named) {
      const counter = new Counter(made(named));
      return (labels) => counter.inc(labels);
    },
    gauge(named) {
      const gauge = new Gauge(made(named));
      return (labels, value) => gauge.set(labels, value);
    },
    text: () => registry.metrics(),
  };
}
