import type { Verb } from './command.ts';

const COMMON = `  -n, --namespace NAME        the namespace; by default that of the kubeconfig's context
      --context NAME          the kubeconfig's context
      --kubeconfig FILE       instead of $KUBECONFIG and ~/.kube/config
      --operator-namespace NAME
                              where the operator is looked for if you may not look everywhere (tracewell)
  -h, --help                  this text`;
const EVERYWHERE = '  -A, --all-namespaces        all namespaces';
const JSON_OUT = '  -o, --output json           for programs';

/** The help of each command, and of all of them together. */
export const HELP: Readonly<Record<Verb | 'all', string>> = {
  all: `kubectl tracewell COMMAND [flags]

Says which pods Tracewell captures and why the others not, with your own rights: what you may not read it names.

  status      policies, their conditions, the pods that they cover and those that they do not
  explain     one pod: which policy governs it, why it has a sidecar or none, how the sidecar stands
  preview     a policy that is not applied yet: its faults, its pods, what a new pod would get
  coverage    namespaces and workloads: how many pods have a sidecar, and why the others have none
  eject       takes the sidecar out of pods, gently
  version     of this program

kubectl tracewell COMMAND --help says more.

It ends with 0 when all went well, 1 when it failed, 2 when the arguments are wrong, and 3 when the answer is no: a policy
that would be refused, a pod that was not ejected.
`,
  status: `kubectl tracewell status [-n NAMESPACE | -A] [-o json]

The policies that reach the namespace: conditions with cause and cure, pods, skip reasons, the configuration that sidecars run.

${EVERYWHERE}
${JSON_OUT}
${COMMON}
`,
  explain: `kubectl tracewell explain POD | KIND/NAME [-n NAMESPACE] [-o json]

Which policy governs the pod and which are behind it; why it has a sidecar or why not; whether that is outdated; what it
reported last; Events; whether network policies let it reach Elasticsearch and the operator.
KIND is pod, deployment, statefulset, daemonset, replicaset or job: pods that stand alike are explained once.

${JSON_OUT}
${COMMON}
`,
  preview: `kubectl tracewell preview -f FILE [-n NAMESPACE] [-o json]

What would come of the policies in a file: their faults, which pods they would select and govern, which would be skipped and
why, and the patch that a new pod would get. Nothing is applied.

  -f, --filename FILE         YAML or JSON, several documents too; - reads what comes in; may be given more than once
${JSON_OUT}
${COMMON}
`,
  coverage: `kubectl tracewell coverage [-n NAMESPACE | -A] [-o json]

Running pods by namespace and workload: matched by a policy, injected, outdated, shadowed, skipped and why.

${EVERYWHERE}
${JSON_OUT}
${COMMON}
`,
  eject: `kubectl tracewell eject POD | KIND/NAME | -l SELECTOR [-n NAMESPACE] [--dry-run]

Takes the sidecar out: the pod template of the workload gets the label tracewell.dev/inject=false, and the workload replaces
its pods by its own strategy. Where it does not replace them by itself they are evicted one at a time, which honours
PodDisruptionBudgets, each only when the one before has a ready successor. Bare pods are left alone without --force.

  -l, --selector SELECTOR     the workloads of all pods with these labels
      --dry-run               say what would be done, and have the API server check the rights for it
      --force                 also bare pods: deleted and created again without the sidecar
      --timeout TIME          how long to wait for each workload, such as 90s (5m)
${COMMON}
`,
};
