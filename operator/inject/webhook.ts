import express, { type Express, type Request, type Response } from 'express';
import { SKIP_REASON } from '../../api/names.ts';
import type { Policy } from '../../api/policy.ts';
import { describe } from '../../runtime/errors.ts';
import type { Log } from '../../runtime/log.ts';
import { titleOf } from '../policy/accept.ts';
import { govern } from '../policy/govern.ts';
import { intake, onFault, refuse } from './intake.ts';
import { patchOf, patchTo } from './patch.ts';
import { displayName, type Pod } from './pod.ts';
import type { LimitRange } from './limit-range.ts';
import type { Node } from './node.ts';
import type { Quota } from './quota.ts';
import { answerOf, parseReview, type Review } from './review.ts';
import type { SidecarSettings } from './sidecar.ts';
import { judge, type Surroundings } from './skip.ts';

/** What the webhook knows of the cluster: its copies, so that it answers without asking anybody. */
export interface View {
  /** Those that are accepted and reach the namespace. */
  policiesOf(namespace: string): readonly Policy[];
  /** Undefined when there is no such namespace. */
  namespaceLabels(namespace: string): Readonly<Record<string, string>> | undefined;
  quotasOf(namespace: string): readonly Quota[];
  limitRangesOf(namespace: string): readonly LimitRange[];
  nodes(): readonly Node[];
  /** Why nothing is injected in the namespace at the moment. */
  breakerOf(namespace: string): string | undefined;
}

export interface ReviewResult {
  /** Empty for one that does not exist: whoever reaches the webhook can name any, and each would be a metric's label. */
  namespace: string;
  result: 'injected' | 'unchanged' | 'skipped' | 'error';
  reason: string;
}

export interface WebhookOptions {
  view: View;
  settings: SidecarSettings;
  /** The operator's. */
  ownNamespace: string;
  /** Whether a pod is injected though the breaker is open, to see what becomes of it: then it is the only one. */
  isCanary: (namespace: string, pod: Pod) => boolean;
  now: () => Date;
  log: Log;
  onReview: (result: ReviewResult, seconds: number) => void;
}

/** The mutating webhook: `POST /inject` takes an AdmissionReview and answers with one. It always allows the pod. */
export function webhookApp(options: WebhookOptions): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.post('/inject', ...intake(), (request: Request, response: Response) => {
    const review = parseReview(request.body);
    if ('fault' in review) return refuse(response, 400, review.fault);
    const started = performance.now();
    const { patch, warning, ...result } = decide(review, options);
    if (!review.dryRun) options.onReview(result, (performance.now() - started) / 1000);
    response.json(answerOf(review.uid, patch, warning));
  });
  app.use((_: Request, response: Response) =>
    refuse(response, 404, 'there is nothing here; the webhook is POST /inject'),
  );
  app.use(onFault);
  return app;
}

export interface Decision extends ReviewResult {
  patch: readonly unknown[];
  /** For whoever creates the pod: `kubectl` shows it. */
  warning?: string;
}

/** The decision for one pod. A fault of ours leaves it as it is: the application comes first. */
export function decide({ namespace, object, dryRun }: Review, options: WebhookOptions): Decision {
  const { view, settings, isCanary, log, now } = options;
  try {
    const surroundings = surroundingsOf(view, namespace, options);
    if (!surroundings) return { namespace: '', result: 'skipped', reason: 'NotSelected', patch: [] };
    const pod: Pod = { ...object, metadata: { ...object.metadata, namespace } };
    const policy = govern(view.policiesOf(namespace), pod.metadata.labels ?? {});
    if (!policy) return { namespace, result: 'skipped', reason: 'NotSelected', patch: [] };
    const judged = judge(pod, { policy, ...surroundings }, now());
    const skip = 'skip' in judged ? judged.skip : undefined;
    if (skip && !(skip.reason === SKIP_REASON.BreakerOpen && !dryRun && isCanary(namespace, pod))) {
      const { reason, message: why } = skip;
      const what = { namespace, pod: displayName(pod), policy: titleOf(policy), reason, why };
      if (!dryRun) log.info('a pod is not injected', what);
      const warning = reason === 'InvalidLabel' ? { warning: `tracewell: the pod gets no sidecar: ${why}` } : {};
      return { namespace, result: 'skipped', reason, patch: [], ...warning };
    }
    const patch = 'after' in judged ? patchTo(object, judged.after) : patchOf(object, { policy, settings, now: now() });
    return { namespace, result: patch.length > 0 ? 'injected' : 'unchanged', reason: '', patch };
  } catch (error) {
    log.error('injection failed; the pod goes in as it is', {
      namespace,
      pod: displayName(object),
      error: describe(error),
    });
    const warning = 'tracewell: the pod gets no sidecar, by a fault of the operator, whose log says more';
    return { namespace, result: 'error', reason: 'InternalError', patch: [], warning };
  }
}

/** What the checks look at beside the pod and its policy; undefined when there is no such namespace. */
export function surroundingsOf(
  view: View,
  namespace: string,
  { settings, ownNamespace }: Pick<Surroundings, 'settings' | 'ownNamespace'>,
): Surroundings | undefined {
  const namespaceLabels = view.namespaceLabels(namespace);
  return (
    namespaceLabels && {
      settings,
      ownNamespace,
      namespaceLabels,
      quotas: view.quotasOf(namespace),
      limitRanges: view.limitRangesOf(namespace),
      nodes: view.nodes(),
      breaker: view.breakerOf(namespace),
    }
  );
}
