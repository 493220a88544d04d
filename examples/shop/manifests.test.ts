import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import packageJson from '../../package.json' with { type: 'json' };

interface Manifest {
  kind: string;
  metadata: { name: string; namespace: string; labels: Record<string, string> };
  spec: { template?: { metadata: Manifest['metadata']; spec: PodSpec } };
}
interface PodSpec {
  containers: { image: string; args: string[] }[];
  initContainers?: { image: string; args: string[] }[];
}

const manifests = ['shop.yaml', 'customers.yaml'].flatMap((file) =>
  parseAllDocuments(readFileSync(join(import.meta.dirname, file), 'utf8')).flatMap((document) => {
    const manifest = document.toJS() as Manifest | null;
    return manifest ? [manifest] : [];
  }),
);

it('every object is in the namespace shop and says what it is and that it is part of the shop', () => {
  expect(manifests).not.toEqual([]);
  for (const { metadata, spec } of manifests) {
    const labels = { 'app.kubernetes.io/name': metadata.name, 'app.kubernetes.io/part-of': 'shop' };
    expect(metadata).toMatchObject({ namespace: 'shop', labels });
    expect(spec.template?.metadata.labels ?? labels).toEqual(labels);
  }
});

it('every container is of the image that `npm run images` builds', () => {
  const pods = manifests.flatMap(({ spec }) => spec.template?.spec ?? []);
  const images = pods.flatMap(({ containers, initContainers = [] }) => [...containers, ...initContainers]);
  expect(new Set(images.map(({ image }) => image))).toEqual(
    new Set([`docker.io/tracewell/shop:${packageJson.version}`]),
  );
});
