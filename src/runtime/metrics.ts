import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

type Named<Label extends string> = { name: string; help: string; labels: readonly Label[] };

/** What is counted, in the Prometheus text format. Each name is made once. */
export type Metrics = {
  /** Counts one event under these labels. */
  counter<Label extends string>(named: Named<Label>): (labels: Record<Label, string>) => void;
  /** Keeps how long something took, in seconds. */
  histogram<Label extends string>(named: Named<Label>): (labels: Record<Label, string>, seconds: number) => void;
  /** A value that is set when somebody looks. */
  gauge<Label extends string>(named: Named<Label>): (labels: Record<Label, string>, value: number) => void;
  text(): Promise<string>;
};

/** Up to the longest time-out of a destination. */
const buckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

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
    histogram(named) {
      const histogram = new Histogram({ ...made(named), buckets });
      return (labels, seconds) => histogram.observe(labels, seconds);
    },
    gauge(named) {
      const gauge = new Gauge(made(named));
      return (labels, value) => gauge.set(labels, value);
    },
    text: () => registry.metrics(),
  };
}
