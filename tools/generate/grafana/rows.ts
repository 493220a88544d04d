import type { Panel, Query } from './panel.ts';

/** The policies that the person chose above the dashboard. */
const OF = 'namespace=~"$namespace", policy=~"$policy"';
const BY = '{{namespace}} {{policy}}';
const rate = (metric: string, of: string = OF) => `rate(${metric}{${of}}[$__rate_interval])`;
const sumBy = (label: string, metric: string, of: string = OF): Query => [
  `sum by (${label}) (${rate(metric, of)})`,
  `{{${label}}}`,
];
const quantile = (share: number, metric: string, of = ''): Query => [
  `histogram_quantile(${share}, sum by (le) (${rate(`${metric}_bucket`, of)}))`,
  `${share * 100} %`,
];
const mean = (metric: string, of = ''): Query => [
  `sum(${rate(`${metric}_sum`, of)}) / sum(${rate(`${metric}_count`, of)})`,
  'mean',
];
/** Of the processes that are replicas of the operator. */
const ofReplicas = (expr: string): Query => [`${expr} and on (instance) tracewell_build_info`, '{{instance}}'];

export interface Row {
  readonly title: string;
  readonly panels: readonly Panel[];
}

/** What the dashboard shows, from what users notice down to the operator itself. */
export const ROWS: readonly Row[] = [
  {
    title: 'Now',
    panels: [
      {
        title: 'Alerts',
        type: 'number',
        queries: [['count(ALERTS{alertname=~"Tracewell.*", alertstate="firing"}) or vector(0)']],
        badFrom: 1,
      },
      { title: 'Replicas', type: 'number', queries: [['count(tracewell_build_info)']], goodFrom: 1 },
      { title: 'Leaders', type: 'number', queries: [['sum(tracewell_leader)']], goodFrom: 1 },
      { title: 'Elasticsearch ready', type: 'number', queries: [['min(tracewell_elasticsearch_ready)']], goodFrom: 1 },
      {
        title: 'Injection stopped',
        description: 'Breakers that are open.',
        type: 'number',
        queries: [['sum(tracewell_breaker_open)']],
        badFrom: 1,
      },
      {
        title: 'Policies refused',
        type: 'number',
        queries: [['sum(tracewell_policies{accepted="false"})']],
        badFrom: 1,
      },
    ],
  },
  {
    title: 'The five measures',
    panels: [
      {
        title: 'Captured',
        description: 'Bytes read, of those that were read, lost, or are still to be read.',
        type: 'series',
        unit: 'percentunit',
        max: 1,
        queries: [[`min by (namespace, policy) (tracewell_capture_ratio{${OF}})`, BY]],
      },
      {
        title: 'From the line to Elasticsearch',
        description: "From a line's own timestamp to the acknowledgement.",
        type: 'series',
        unit: 's',
        queries: [
          mean('tracewell_transport_delay_seconds', OF),
          quantile(0.5, 'tracewell_transport_delay_seconds', OF),
          quantile(0.99, 'tracewell_transport_delay_seconds', OF),
        ],
      },
      {
        title: 'Storage time of a record',
        description: 'What Elasticsearch says that it took.',
        type: 'series',
        unit: 's',
        queries: [
          [
            `sum by (namespace, policy) (${rate('tracewell_storage_seconds_total')}) / sum by (namespace, policy) (${rate('tracewell_storage_records_total')})`,
            BY,
          ],
        ],
      },
      {
        title: 'Understood',
        description: 'Records whose structure was recognised.',
        type: 'series',
        unit: 'percentunit',
        max: 1,
        queries: [[`min by (namespace, policy) (tracewell_analysis_ratio{${OF}})`, BY]],
      },
      {
        title: 'Found again',
        description:
          'Records that a query finds, of those that were acknowledged, over the files audited in the last hour.',
        type: 'series',
        unit: 'percentunit',
        max: 1,
        queries: [[`min by (namespace, policy) (tracewell_query_ratio{${OF}})`, BY]],
      },
      {
        title: 'Pods with a sidecar, and without',
        type: 'series',
        stacked: true,
        queries: [[`sum by (state) (tracewell_pods{${OF}})`, '{{state}}']],
      },
    ],
  },
  {
    title: 'Delivery',
    panels: [
      {
        title: 'Records by what became of them',
        type: 'series',
        unit: 'cps',
        stacked: true,
        queries: [sumBy('outcome', 'tracewell_records_total', `${OF}, outcome!="read"`)],
      },
      {
        title: 'Bytes by what became of them',
        type: 'series',
        unit: 'Bps',
        stacked: true,
        queries: [sumBy('outcome', 'tracewell_bytes_total', `${OF}, outcome!="read"`)],
      },
      { title: 'Batches', type: 'series', unit: 'cps', queries: [sumBy('result', 'tracewell_batches_total')] },
      {
        title: 'Waiting bytes',
        type: 'series',
        unit: 'bytes',
        queries: [[`max by (namespace, policy) (tracewell_backlog_bytes{${OF}})`, BY]],
      },
      {
        title: 'Age of the oldest waiting record',
        type: 'series',
        unit: 's',
        queries: [[`max by (namespace, policy) (tracewell_backlog_age_seconds{${OF}})`, BY]],
      },
      {
        title: 'Retries by reason',
        type: 'series',
        unit: 'cps',
        queries: [sumBy('reason', 'tracewell_retries_total')],
      },
    ],
  },
  {
    title: 'What did not get there',
    panels: [
      {
        title: 'Lost bytes by reason',
        type: 'series',
        unit: 'Bps',
        queries: [sumBy('reason', 'tracewell_lost_bytes_total')],
      },
      {
        title: 'Dead letters',
        type: 'series',
        unit: 'cps',
        queries: [[`sum by (namespace, policy) (${rate('tracewell_records_total', `${OF}, outcome="rejected"`)})`, BY]],
      },
      {
        title: 'Discarded by rule',
        type: 'series',
        unit: 'cps',
        queries: [sumBy('rule', 'tracewell_discarded_records_total')],
      },
      {
        title: 'Redacted by rule',
        type: 'series',
        unit: 'cps',
        queries: [sumBy('rule', 'tracewell_redactions_total')],
      },
      {
        title: 'Audited files by result',
        type: 'series',
        unit: 'cps',
        queries: [sumBy('result', 'tracewell_audited_files_total', '')],
      },
      {
        title: 'Missing records, removed copies, unproven files',
        type: 'series',
        queries: [
          [
            'sum by (namespace) (increase(tracewell_missing_records_total{namespace=~"$namespace"}[$__range]))',
            'missing {{namespace}}',
          ],
          [
            'sum by (namespace) (increase(tracewell_removed_copies_total{namespace=~"$namespace"}[$__range]))',
            'copies {{namespace}}',
          ],
          ['max by (namespace) (tracewell_unproven_files{namespace=~"$namespace"})', 'unproven {{namespace}}'],
        ],
      },
    ],
  },
  {
    title: 'Injection',
    panels: [
      {
        title: 'Pods that the webhook was asked about',
        type: 'series',
        unit: 'cps',
        stacked: true,
        queries: [sumBy('result', 'tracewell_admission_reviews_total', 'namespace=~"$namespace"')],
      },
      {
        title: 'Pods without a sidecar by reason',
        type: 'series',
        unit: 'cps',
        queries: [sumBy('reason', 'tracewell_admission_reviews_total', 'namespace=~"$namespace", result="skipped"')],
      },
      {
        title: 'Time of a decision',
        type: 'series',
        unit: 's',
        queries: [
          mean('tracewell_admission_review_duration_seconds'),
          quantile(0.5, 'tracewell_admission_review_duration_seconds'),
          quantile(0.99, 'tracewell_admission_review_duration_seconds'),
        ],
      },
      {
        title: 'Breaker: opened, pods deleted',
        type: 'series',
        queries: [
          ['sum by (reason) (increase(tracewell_breaker_openings_total[$__rate_interval]))', 'opened: {{reason}}'],
          [
            'sum by (namespace) (increase(tracewell_breaker_deleted_pods_total[$__rate_interval]))',
            'deleted in {{namespace}}',
          ],
        ],
      },
      {
        title: 'Evictions',
        type: 'series',
        queries: [
          ['sum by (result) (increase(tracewell_evictions_total[$__rate_interval]))', '{{result}}'],
          ['sum(increase(tracewell_failed_repairs_total[$__rate_interval]))', 'in vain'],
        ],
      },
      {
        title: 'Sidecars that report, by state',
        type: 'series',
        stacked: true,
        queries: [['sum by (state) (tracewell_reporting_pods)', '{{state}}']],
      },
    ],
  },
  {
    title: 'Operator',
    panels: [
      {
        title: 'Time to bring a namespace in order',
        type: 'series',
        unit: 's',
        queries: [mean('tracewell_reconcile_duration_seconds'), quantile(0.99, 'tracewell_reconcile_duration_seconds')],
      },
      {
        title: 'Reconciles',
        type: 'series',
        unit: 'cps',
        queries: [sumBy('result', 'tracewell_reconciles_total', '')],
      },
      {
        title: 'Reports by result',
        type: 'series',
        unit: 'cps',
        queries: [sumBy('result', 'tracewell_reports_total', '')],
      },
      {
        title: 'Age of the oldest report',
        type: 'series',
        unit: 's',
        queries: [['max(tracewell_report_age_seconds)', 'age']],
      },
      {
        title: 'Life that is left',
        type: 'series',
        unit: 's',
        queries: [
          [
            'min by (certificate) (tracewell_certificate_expiry_timestamp_seconds) - time()',
            'certificate: {{certificate}}',
          ],
          ['min(tracewell_api_key_expiry_timestamp_seconds) - time()', 'the first API key'],
        ],
      },
      {
        title: 'Templates repaired, keys reaped, imports into Kibana',
        type: 'series',
        queries: [
          ['sum(increase(tracewell_template_repairs_total[$__rate_interval]))', 'repaired'],
          ['sum(increase(tracewell_reaped_api_keys_total[$__rate_interval]))', 'reaped'],
          ['sum by (result) (increase(tracewell_kibana_imports_total[$__rate_interval]))', 'Kibana: {{result}}'],
        ],
      },
      {
        title: 'CPU',
        description: 'In cores.',
        type: 'series',
        queries: [ofReplicas('rate(process_cpu_seconds_total[$__rate_interval])')],
      },
      { title: 'Memory', type: 'series', unit: 'bytes', queries: [ofReplicas('process_resident_memory_bytes')] },
      {
        title: 'Delay of the event loop',
        type: 'series',
        unit: 's',
        queries: [ofReplicas('nodejs_eventloop_lag_p99_seconds')],
      },
    ],
  },
];
