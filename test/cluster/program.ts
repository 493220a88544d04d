/** What a processor's name is in an ELF header (e_machine), and how it is told to end with 1, and to wait for ever. */
const MACHINES = {
  // mov eax, 60; mov edi, 1; syscall          mov eax, 34 (pause); syscall; jmp back
  x64: { machine: 62, fail: 'b83c000000bf010000000f05', wait: 'b8220000000f05ebf7' },
  // mov x0, 1; mov x8, 93; svc 0              x0 to x3 = 0; mov x8, 73 (ppoll); svc 0; b back
  arm64: {
    machine: 183,
    fail: '200080d2a80b80d2010000d4',
    wait: '000080d2010080d2020080d2030080d2280980d2010000d4faffff17',
  },
} as const;
type Architecture = keyof typeof MACHINES;

const BASE = 0x40_00_00;
const HEADERS = 64 + 56;

/** The smallest static Linux program that does this (System V ABI: an ELF header, one program header, the code). */
export function program(what: 'fail' | 'wait', architecture: Architecture): Buffer {
  const { machine, [what]: code } = MACHINES[architecture];
  const bytes = Buffer.concat([Buffer.alloc(HEADERS), Buffer.from(code, 'hex')]);
  bytes.write('7f454c46020101', 0, 'hex'); // 64 bits, little endian, version 1
  bytes.writeUInt16LE(2, 16); // executable
  bytes.writeUInt16LE(machine, 18);
  bytes.writeUInt32LE(1, 20);
  bytes.writeBigUInt64LE(BigInt(BASE + HEADERS), 24); // where it starts
  bytes.writeBigUInt64LE(64n, 32); // where the program header is
  bytes.writeUInt16LE(64, 52);
  bytes.writeUInt16LE(56, 54);
  bytes.writeUInt16LE(1, 56);
  bytes.writeUInt32LE(1, 64); // to be loaded,
  bytes.writeUInt32LE(5, 68); // to be read and executed,
  bytes.writeBigUInt64LE(BigInt(BASE), 80); // here
  bytes.writeBigUInt64LE(BigInt(BASE), 88);
  bytes.writeBigUInt64LE(BigInt(bytes.length), 96);
  bytes.writeBigUInt64LE(BigInt(bytes.length), 104);
  bytes.writeBigUInt64LE(4096n, 112);
  return bytes;
}

/** This machine's, and so the nodes'; and one that they are not. */
export const ARCHITECTURE: Architecture = process.arch === 'arm64' ? 'arm64' : 'x64';
export const ANOTHER: Architecture = ARCHITECTURE === 'x64' ? 'arm64' : 'x64';
