// What `helm test` runs, in the operator's image: whether a release that was installed does what it is for.
import { existsSync, readFileSync } from 'node:fs';
import { request as http } from 'node:http';
import { request as https } from 'node:https';
import { setTimeout as delay } from 'node:timers/promises';

const { CHECK_HEALTH, CHECK_WEBHOOK, CHECK_REPORTS, CHECK_NAMESPACE, CHECK_CA, CHECK_SECONDS } = process.env;
const deadline = performance.now() + 1000 * Number(CHECK_SECONDS);
const ca = existsSync(CHECK_CA) ? readFileSync(CHECK_CA) : undefined;

/** A new connection each time, so that a Service can lead to another replica. */
function ask(url, { method = 'GET', body } = {}) {
  const { promise, resolve, reject } = Promise.withResolvers();
  const headers = body ? { 'content-type': 'application/json' } : {};
  const options = { method, headers, agent: false, timeout: 5000, ca };
  const request = (url.startsWith('https:') ? https : http)(url, options, async (response) => {
    const chunks = await Array.fromAsync(response).catch(reject);
    resolve({ status: response.statusCode, text: Buffer.concat(chunks ?? []).toString() });
  });
  request.on('timeout', () => request.destroy(new Error('no answer within 5 s')));
  request.on('error', reject).end(body);
  return promise;
}

function demand(isTrue, fault) {
  if (!isTrue) throw new Error(fault);
}

/** One of the leader's metrics; undefined when it exports none. */
function metric(text, name) {
  const line = text.split('\n').find((one) => one.startsWith(`${name} `) || one.startsWith(`${name}{`));
  return line === undefined ? undefined : Number(line.split(' ').at(-1));
}

const CHECKS = {
  async health() {
    const { status, text } = await ask(`${CHECK_HEALTH}/readyz`);
    demand(status === 200, `not ready: ${text.trim()}`);
    return 'pods can be injected';
  },
  /** A dry run, which is not counted, of a pod that no policy reaches. */
  async webhook() {
    const pods = { group: '', version: 'v1', resource: 'pods' };
    const object = { metadata: { name: 'helm-test' }, spec: { containers: [{ name: 'app', image: 'none' }] } };
    const pod = { kind: { group: '', version: 'v1', kind: 'Pod' }, resource: pods, operation: 'CREATE', object };
    const request = { uid: 'helm-test', namespace: CHECK_NAMESPACE, dryRun: true, ...pod };
    const body = JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', request });
    const { status, text } = await ask(`${CHECK_WEBHOOK}/inject`, { method: 'POST', body });
    demand(status === 200, `answered ${status}: ${text.trim()}`);
    const { response } = JSON.parse(text);
    demand(response.uid === 'helm-test' && response.allowed === true, `answered ${text.trim()}`);
    return 'answers by a certificate that is trusted, and lets the pod pass';
  },
  /** Only who leads knows; it is one of the replicas behind the Service. */
  async leader() {
    const { text } = await ask(`${CHECK_HEALTH}/metrics`);
    demand(
      metric(text, 'tracewell_leader') === 1,
      'no replica that was asked leads; see the Lease (kubectl get lease)',
    );
    const ready = metric(text, 'tracewell_elasticsearch_ready');
    demand(ready !== 0, 'Elasticsearch is not ready: see the log of the operator, and kubectl get tracingpolicies -A');
    const refused = metric(text, 'tracewell_policies{accepted="false"}') ?? 0;
    const policies = refused > 0 ? `; ${refused} policies are not accepted: kubectl get tracingpolicies -A` : '';
    return `leads; Elasticsearch ${ready === 1 ? 'is ready' : 'was not needed yet: there is no policy'}${policies}`;
  },
  /** Nobody reports without a token; whoever says so is the leader. */
  async reports() {
    const { status, text } = await ask(`${CHECK_REPORTS}/report`, { method: 'POST', body: '{}' });
    demand(status === 401, `answered ${status} where 401 was expected: ${text.trim()}`);
    return 'are taken, from those who show a token';
  },
};

/** Just after an installation nobody may lead yet, so each is tried until the time is over. */
async function passes(name, check) {
  for (;;) {
    try {
      console.log(`ok      ${name}: ${await check()}`);
      return true;
    } catch (error) {
      if (performance.now() > deadline) {
        console.log(`FAILED  ${name}: ${error.message}`);
        return false;
      }
      await delay(250);
    }
  }
}

const results = [];
for (const [name, check] of Object.entries(CHECKS)) results.push(await passes(name, check));
process.exitCode = results.every(Boolean) ? 0 : 1;
