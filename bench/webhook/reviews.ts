import type { Pod } from '../../operator/inject/pod.ts';
import type { StoredObject } from '../../test/operator/object-store.ts';
import { answered } from '../../test/operator/patched.ts';
import { applicationPod } from './application-pod.ts';
import { namespaceOf, podPath, running, type Size } from './world.ts';

/** The API server asks again about most pods, after its own admission changed them: here so many reviews later. */
const AGAIN_AFTER = 41;
/** Workloads are rolled out one after the other, with so many reviews each. */
const ROLLOUT = 40;
/** One pod in so many is for Windows, and gets no sidecar. */
const WINDOWS = 20;

/** Where pods come into being and end. */
export interface Place {
  put(path: string, object: StoredObject): unknown;
  remove(path: string): unknown;
}

/** Reviews of pods that come into being, each asked about twice; and the pods themselves, as the cluster gets them afterwards. */
export class Reviews {
  injected = 0;
  unchanged = 0;
  readonly #size: Size;
  /** Where the pods that were admitted come into being; undefined: they do not. */
  readonly #objects: Place | undefined;
  /** Admitted, and to be asked about again. */
  readonly #admitted = new Map<number, Pod>();
  readonly #open = new Map<number, { pod: Pod; isAgain: boolean }>();
  /** By the number of the namespace the paths of its pods, the oldest first. */
  readonly #there = new Map<number, string[]>();

  constructor(size: Size, objects: Place | undefined) {
    this.#size = size;
    this.#objects = objects;
  }

  bodyOf(n: number): string {
    const again = this.#admitted.get(n - AGAIN_AFTER);
    this.#admitted.delete(n - AGAIN_AFTER);
    const object = again ?? this.#podOf(n);
    this.#open.set(n, { pod: object, isAgain: again !== undefined });
    const kind = { group: '', version: 'v1', kind: 'Pod' };
    const { namespace } = object.metadata;
    const request = { uid: `review-${n}`, kind, namespace, operation: 'CREATE', dryRun: false, object };
    return JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', request });
  }

  onAnswer(n: number, answer: string): void {
    const { response } = JSON.parse(answer) as { response: { patch?: string } };
    if (response.patch) this.injected++;
    else this.unchanged++;
    const { pod, isAgain } = this.#open.get(n)!;
    this.#open.delete(n);
    if (isAgain) this.#create(pod, n);
    else this.#admitted.set(n, answered(pod, response));
  }

  #podOf(n: number): Pod {
    const pod = applicationPod(this.#size.pods + n, namespaceOf(this.#placeOf(n)));
    return n % WINDOWS === 0 ? { ...pod, spec: { ...pod.spec, os: { name: 'windows' } } } : pod;
  }

  /** The number of the namespace. */
  #placeOf(n: number): number {
    return Math.floor(n / ROLLOUT) % this.#size.namespaces;
  }

  /** It is created, starts and is ready; one of those that were there ends, so that they do not become more. */
  #create(pod: Pod, n: number): void {
    if (!this.#objects) return;
    const path = podPath(pod);
    const started = running(pod, this.#size.pods + n);
    const pending = { ...started, status: { phase: 'Pending' }, spec: pod.spec };
    for (const next of [pending, { ...started, status: pending.status }, started])
      this.#objects.put(path, next as unknown as StoredObject);
    const there = this.#pathsOf(this.#placeOf(n - AGAIN_AFTER));
    there.push(path);
    this.#objects.remove(there.shift()!);
  }

  #pathsOf(place: number): string[] {
    const known = this.#there.get(place);
    if (known) return known;
    const { pods, namespaces } = this.#size;
    const paths: string[] = [];
    for (let i = place; i < pods; i += namespaces) paths.push(podPath(applicationPod(i, namespaceOf(place))));
    this.#there.set(place, paths);
    return paths;
  }
}
