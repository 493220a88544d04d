import { createHash } from 'node:crypto';

export interface ImageFile {
  /** Absolute path in the image. */
  readonly path: string;
  readonly mode: number;
  readonly bytes: Uint8Array;
}

/** The `config` of an OCI image, as far as we set it. */
export interface ImageConfig {
  readonly Entrypoint?: readonly string[];
  readonly Cmd?: readonly string[];
  readonly Env?: readonly string[];
  readonly User?: string;
}

/** An OCI image layout of one layer, as a tar archive that `ctr images import` and `docker load` take. The same input gives the same bytes. */
export function packImage(name: string, files: readonly ImageFile[], config: ImageConfig): Buffer {
  const blobs: ImageFile[] = [];
  const put = (content: Buffer | object) => {
    const bytes = Buffer.isBuffer(content) ? content : Buffer.from(JSON.stringify(content));
    const digest = createHash('sha256').update(bytes).digest('hex');
    blobs.push({ path: `blobs/sha256/${digest}`, mode: 0o644, bytes });
    return { digest: `sha256:${digest}`, size: bytes.length };
  };
  const layer = put(tar(files));
  const image = put({
    architecture: process.arch === 'x64' ? 'amd64' : process.arch,
    os: 'linux',
    config,
    rootfs: { type: 'layers', diff_ids: [layer.digest] },
  });
  const manifest = put({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: { mediaType: 'application/vnd.oci.image.config.v1+json', ...image },
    layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar', ...layer }],
  });
  const annotations = { 'io.containerd.image.name': name, 'org.opencontainers.image.ref.name': name.split(':').at(-1) };
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const json = (value: object) => Buffer.from(JSON.stringify(value));
  return tar([
    { path: 'oci-layout', mode: 0o644, bytes: json({ imageLayoutVersion: '1.0.0' }) },
    {
      path: 'index.json',
      mode: 0o644,
      bytes: json({ schemaVersion: 2, manifests: [{ mediaType, ...manifest, annotations }] }),
    },
    ...blobs,
  ]);
}

/** A ustar archive: owner root, time 0. */
function tar(files: readonly ImageFile[]): Buffer {
  const parts = files.flatMap(({ path, mode, bytes }) => {
    const name = path.replace(/^\/+/, '');
    if (Buffer.byteLength(name) > 100) throw new Error(`${name} is too long for a plain tar header`);
    const header = Buffer.alloc(512);
    const octal = (value: number, at: number, digits: number) =>
      header.write(value.toString(8).padStart(digits, '0'), at);
    header.write(name, 0);
    octal(mode, 100, 7);
    octal(0, 108, 7);
    octal(0, 116, 7);
    octal(bytes.length, 124, 11);
    octal(0, 136, 11);
    header.fill(' ', 148, 156); // the checksum counts itself as spaces
    header.write('0', 156);
    header.write('ustar\u000000', 257, 'latin1');
    octal(
      header.reduce((sum, byte) => sum + byte, 0),
      148,
      6,
    );
    header[154] = 0;
    return [header, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)];
  });
  return Buffer.concat([...parts, Buffer.alloc(1024)]);
}
