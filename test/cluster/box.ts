import { packImage } from './image.ts';

/** The name of the image of box/main.go: the container of a pod's namespaces, and what tests run in pods. */
export const BOX = 'localhost/box:test';

/** An archive of that image; `program` is the built program. */
export const packBox = (program: Uint8Array): Buffer =>
  packImage(BOX, [{ path: '/box', mode: 0o755, bytes: program }], {
    Entrypoint: ['/box'],
    Cmd: ['pause'],
    User: '65532:65532',
  });
