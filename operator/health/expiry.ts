import { Gauge, type Registry } from 'prom-client';
import { endsOf, type Certificates } from '../certs.ts';

export interface ExpiryOptions {
  registry: Registry;
  /** What this replica serves now. */
  certificates: () => Certificates | undefined;
  /** The namespaces' API keys, with their end as RFC 3339 (empty: not known); none on a replica that does not lead. */
  keys: () => Iterable<{ namespace: string; expires: string }>;
}

/** Tells until when certificates and keys are good, read at each scrape; the names are listed in docs/operator.md. */
export function registerExpiry({ registry, certificates, keys }: ExpiryOptions): void {
  const certificateGauge = new Gauge({
    name: 'tracewell_certificate_expiry_timestamp_seconds',
    help: 'When the certificate that this replica serves ends, and when its authority does, in seconds of Unix time.',
    labelNames: ['certificate'],
    registers: [],
    collect() {
      this.reset();
      const ends = endsOf(certificates());
      for (const [certificate, end] of Object.entries(ends)) this.set({ certificate }, end / 1000);
    },
  });
  const keyGauge = new Gauge({
    name: 'tracewell_api_key_expiry_timestamp_seconds',
    help: "When the Elasticsearch API key of a namespace's sidecars ends, in seconds of Unix time.",
    labelNames: ['namespace'],
    registers: [],
    collect() {
      this.reset();
      for (const { namespace, expires } of keys()) {
        const end = Date.parse(expires);
        if (!Number.isNaN(end)) this.set({ namespace }, end / 1000);
      }
    },
  });
  for (const gauge of [certificateGauge, keyGauge]) registry.registerMetric(gauge);
}
