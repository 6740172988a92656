import { Gauge, Histogram, type Registry } from 'prom-client'

/** How long the passes of alerting take, for /metrics. */
export function measurePasses(registry: Registry | undefined): (seconds: number | undefined) => void {
  if (!registry) return () => {}
  const registers = [registry]
  const durations = new Histogram({
    name: 'citywell_alerting_pass_duration_seconds',
    help: 'time that one evaluation of all alert rules took',
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers,
  })
  const last = new Gauge({
    name: 'citywell_alerting_last_pass_seconds',
    help: 'time that the newest evaluation of all alert rules took',
    registers,
  })
  const evaluates = new Gauge({
    name: 'citywell_alerting_evaluates',
    help: '1 while this process evaluates the alert rules, 0 while another one does',
    registers,
  })
  return (seconds) => {
    evaluates.set(Number(seconds !== undefined))
    if (seconds === undefined) return
    durations.observe(seconds)
    last.set(seconds)
  }
}
