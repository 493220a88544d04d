/** Series of metrics -> their values, one a minute, in promtool's notation. */
export type World = Readonly<Record<string, string>>;

/** Long enough for every window and every `for` before and after the change. */
const MINUTES = 240;
/** When what is wrong begins. */
export const CHANGE = 120;

const steady = (value: string) => `${value}x${MINUTES}`;
/** Something until the change, and something else from there on; a value may grow (`0+5`). */
const changing = (before: string, after: string) => `${before}x${CHANGE - 1} ${after}x${MINUTES - CHANGE}`;
/** Nothing until the change. */
const coming = (after: string) => `_x${CHANGE} ${after}x${MINUTES - CHANGE}`;

const POLICY = 'namespace="shop",policy="TracingPolicy.shop"';
const LOST = `tracewell_lost_bytes_total{instance="a",${POLICY},reason="Removed"}`;
const REFUSED = `tracewell_records_total{instance="a",${POLICY},outcome="rejected"}`;
const CERTIFICATE = 'tracewell_certificate_expiry_timestamp_seconds{instance="a",certificate="serving"}';
const KEY = 'tracewell_api_key_expiry_timestamp_seconds{instance="a",namespace="shop"}';
const reviews = (bound: string) => `tracewell_admission_review_duration_seconds_bucket{instance="a",le="${bound}"}`;
const daysOn = (days: number) => String(days * 86_400);

/** All is well: two replicas, of which the first leads; one policy, which has lost something long ago. */
export const HEALTHY: World = {
  'tracewell_build_info{instance="a"}': steady('1'),
  'tracewell_build_info{instance="b"}': steady('1'),
  'tracewell_leader{instance="a"}': steady('1'),
  'tracewell_leader{instance="b"}': steady('0'),
  'tracewell_elasticsearch_ready{instance="a"}': steady('1'),
  [`tracewell_backlog_age_seconds{instance="a",${POLICY}}`]: steady('2'),
  [`tracewell_capture_ratio{instance="a",${POLICY}}`]: steady('0.98'),
  [LOST]: steady('2048'),
  [REFUSED]: steady('3'),
  [`tracewell_records_total{instance="a",${POLICY},outcome="stored"}`]: steady('0+1000'),
  'tracewell_missing_records_total{instance="a",namespace="shop"}': steady('5'),
  'tracewell_breaker_open{instance="a",scope="cluster",namespace=""}': steady('0'),
  [reviews('0.1')]: steady('0+60'),
  [reviews('1')]: steady('0+60'),
  [reviews('+Inf')]: steady('0+60'),
  'tracewell_admission_reviews_total{instance="a",namespace="shop",result="injected",reason=""}': steady('0+60'),
  [CERTIFICATE]: steady(daysOn(200)),
  [KEY]: steady(daysOn(60)),
  [`tracewell_pods{instance="a",${POLICY},state="injected"}`]: steady('10'),
  'tracewell_reporting_pods{instance="a",state="Delivering"}': steady('10'),
  'tracewell_reporting_pods{instance="a",state="Ended"}': steady('4'),
  'tracewell_reconciles_total{instance="a",result="ok"}': steady('0+4'),
  'tracewell_reconciles_total{instance="a",result="error"}': steady('7'),
  'tracewell_template_repairs_total{instance="a"}': steady('1'),
  'tracewell_policies{instance="a",accepted="false"}': steady('0'),
  'tracewell_failed_repairs_total{instance="a"}': steady('2'),
};

/** Another replica leads from the change on: what only the leader tells ends, and begins anew with less. */
export const ANOTHER_LEADER: World = Object.fromEntries(
  Object.entries(HEALTHY).flatMap(([series, values]) => {
    const other = series.replace('instance="a"', 'instance="b"');
    if (series.startsWith('tracewell_leader{instance="a"')) return [[series, changing('1', '0')]];
    if (series.startsWith('tracewell_leader')) return [[series, changing('0', '1')]];
    const isOfEach = /build_info|review|certificate/.test(series);
    if (isOfEach || series.includes('instance="b"')) return [[series, values]];
    const [was = '', growth = '0'] = values.split('x')[0]!.split('+');
    const ended = `${was}+${growth}x${CHANGE - 1} stale`;
    // What sidecars report in absolute values it hears within a minute; what an operator counts itself begins at 0.
    const isReported = !series.includes('_total{') || /lost_bytes|_records_total\{.*outcome/.test(series);
    const [heard, from] = series.includes('_total{') ? ['0', isReported ? was : '0'] : [was, was];
    return [
      [series, ended],
      [other, `_x${CHANGE} ${heard} ${from}+${growth}x${MINUTES - CHANGE - 1}`],
    ];
  }),
);

export interface AlertCase {
  readonly alert: string;
  readonly about: string;
  /** What is not as in the healthy world. */
  readonly series: World;
  readonly labels?: Readonly<Record<string, string>>;
  readonly summary: string;
  readonly description?: string;
  /** Minutes from the change until the condition is true, where a rate or a life must run down first. */
  readonly after?: number;
}

const OF_POLICY = { namespace: 'shop', policy: 'TracingPolicy.shop' };

/** What each alert is for, and what it says then. */
export const CASES: readonly AlertCase[] = [
  {
    alert: 'TracewellOperatorAbsent',
    about: 'every replica is gone',
    series: Object.fromEntries(Object.keys(HEALTHY).map((series) => [series, `1x${CHANGE - 1} stale`])),
    summary: "No replica of Tracewell's operator is scraped.",
  },
  {
    alert: 'TracewellNoLeader',
    about: 'nobody leads',
    series: { 'tracewell_leader{instance="a"}': changing('1', '0') },
    summary: '0 replicas of the operator lead, not one.',
  },
  {
    alert: 'TracewellNoLeader',
    about: 'two lead',
    series: { 'tracewell_leader{instance="b"}': changing('0', '1') },
    summary: '2 replicas of the operator lead, not one.',
  },
  {
    alert: 'TracewellElasticsearchNotReady',
    about: 'Elasticsearch is away',
    series: { 'tracewell_elasticsearch_ready{instance="a"}': changing('1', '0') },
    summary: 'The operator cannot deal with Elasticsearch.',
  },
  {
    alert: 'TracewellDeliveryStalled',
    about: 'a backlog grows old',
    series: { [`tracewell_backlog_age_seconds{instance="a",${POLICY}}`]: changing('2', '900+0') },
    labels: OF_POLICY,
    summary: 'Records of TracingPolicy.shop in shop have waited for 15m 0s.',
  },
  {
    alert: 'TracewellRecordsLost',
    about: 'bytes are lost',
    series: { [LOST]: changing('2048', '4096') },
    labels: { ...OF_POLICY, reason: 'Removed' },
    summary: '2kiB of logs of TracingPolicy.shop in shop were lost.',
    description: 'The reason is Removed. They are gone, and are counted in the seals of their files.',
  },
  {
    alert: 'TracewellRecordsLost',
    about: 'bytes are lost for the first time',
    series: { [LOST]: coming('512') },
    labels: { ...OF_POLICY, reason: 'Removed' },
    summary: '512B of logs of TracingPolicy.shop in shop were lost.',
    description: 'The reason is Removed. They are gone, and are counted in the seals of their files.',
  },
  {
    alert: 'TracewellDeadLetters',
    about: 'records are refused',
    series: { [REFUSED]: changing('3', '10') },
    labels: OF_POLICY,
    summary: '7 records of TracingPolicy.shop in shop became dead letters.',
  },
  {
    alert: 'TracewellCaptureRatioLow',
    about: 'sidecars cannot keep up',
    series: { [`tracewell_capture_ratio{instance="a",${POLICY}}`]: changing('0.98', '0.9') },
    labels: OF_POLICY,
    summary: 'Only 90% of the logs of TracingPolicy.shop in shop are captured.',
  },
  {
    alert: 'TracewellProofFailed',
    about: 'documents were deleted',
    series: { 'tracewell_missing_records_total{instance="a",namespace="shop"}': coming('12') },
    labels: { namespace: 'shop' },
    summary: 'Records of shop that Elasticsearch took are not there.',
    description:
      "At least 12 records that were acknowledged are not found. The policy's condition Verified and an Event name pod and file.",
  },
  {
    alert: 'TracewellBreakerOpen',
    about: 'a sidecar kept a pod from starting',
    series: { 'tracewell_breaker_open{instance="a",scope="namespace",namespace="shop"}': coming('1') },
    labels: { namespace: 'shop' },
    summary: 'Pods of shop get no sidecar for a while: it kept one from starting.',
  },
  {
    alert: 'TracewellInjectionStopped',
    about: 'sidecars kept pods of several namespaces from starting',
    series: { 'tracewell_breaker_open{instance="a",scope="cluster",namespace=""}': changing('0', '1') },
    summary: 'No pod of the cluster gets a sidecar: it kept pods from starting in several namespaces.',
  },
  {
    alert: 'TracewellWebhookSlow',
    about: 'decisions take half a second',
    series: {
      [reviews('0.1')]: changing('0', '0'),
      [reviews('1')]: changing('0', '0+60'),
      [reviews('+Inf')]: changing('0', '0+60'),
    },
    summary: 'The webhook takes 991ms for a pod.',
    after: 1,
  },
  {
    alert: 'TracewellWebhookFailing',
    about: 'the webhook failed over a pod',
    series: {
      'tracewell_admission_reviews_total{instance="a",namespace="shop",result="error",reason=""}': coming('1'),
    },
    summary: 'The webhook fails over some pods, and they start without a sidecar.',
  },
  {
    alert: 'TracewellCertificateExpiring',
    about: 'a certificate was not renewed',
    series: { [CERTIFICATE]: changing(daysOn(200), daysOn(3)) },
    labels: { certificate: 'serving' },
    summary: 'The serving certificate of the operator ends in 2d 21h 0m 0s.',
  },
  {
    alert: 'TracewellApiKeyExpiring',
    about: 'a key was not renewed',
    series: { [KEY]: changing(daysOn(60), daysOn(20)) },
    labels: { namespace: 'shop' },
    summary: 'The API key of shop ends in 19d 21h 0m 0s.',
  },
  {
    alert: 'TracewellReportsSilent',
    about: 'sidecars do not report',
    series: { 'tracewell_reporting_pods{instance="a",state="Delivering"}': changing('10', '8') },
    summary: 'Only 8 sidecars report how they stand.',
  },
  {
    alert: 'TracewellReconcileFailing',
    about: 'a namespace cannot be brought in order',
    series: { 'tracewell_reconciles_total{instance="a",result="error"}': changing('7', '8+4') },
    summary: 'Some namespaces or policies cannot be brought in order.',
  },
  {
    alert: 'TracewellTemplatesContested',
    about: 'another tool writes the same templates',
    series: { 'tracewell_template_repairs_total{instance="a"}': changing('1', '2+1') },
    summary: 'Templates in Elasticsearch were repaired 4 times within an hour.',
    after: 3,
  },
  {
    alert: 'TracewellPolicyRefused',
    about: 'a policy is not accepted',
    series: { 'tracewell_policies{instance="a",accepted="false"}': changing('0', '1') },
    summary: '1 policies are not accepted, and not in use.',
  },
  {
    alert: 'TracewellRepairsFailing',
    about: 'an evicted pod came back without a sidecar',
    series: { 'tracewell_failed_repairs_total{instance="a"}': changing('2', '3') },
    summary: 'Pods that were evicted to get a sidecar came back no better.',
  },
];
