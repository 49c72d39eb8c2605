const BLOCK_BYTES = 512;
const NAME_MAX_BYTES = 100;
const PREFIX_MAX_BYTES = 155;

/** A tar archive (POSIX ustar) of files by path, in the order of their paths. The same files always give the same bytes: no owner, `atMs` as every time. Pure; throws for a path that does not fit. */
export function tarOf(files: ReadonlyMap<string, Uint8Array>, atMs: number): Buffer {
  const blocks = [...files]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .flatMap(([path, content]) => [header(path, content.byteLength, atMs), content, padding(content.byteLength)]);
  return Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK_BYTES)]);
}

function header(path: string, bytes: number, atMs: number): Buffer {
  const block = Buffer.alloc(BLOCK_BYTES);
  const { prefix, name } = split(path);
  const octal = (value: number, digits: number): string => `${value.toString(8).padStart(digits, '0')}\0`;
  block.write(name, 0);
  block.write(octal(0o644, 7), 100);
  block.write(octal(0, 7), 108);
  block.write(octal(0, 7), 116);
  block.write(octal(bytes, 11), 124);
  block.write(octal(Math.floor(atMs / 1000), 11), 136);
  // The sum is made with spaces in its own place.
  block.write(' '.repeat(8), 148);
  block.write('0', 156);
  block.write('ustar\x0000', 257);
  block.write(prefix, 345);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}

/** Long paths are written in two parts, cut at a slash. */
function split(path: string): { readonly prefix: string; readonly name: string } {
  const parts = path.split('/');
  for (let cut = 0; cut < parts.length; cut += 1) {
    const prefix = parts.slice(0, cut).join('/');
    const name = parts.slice(cut).join('/');
    if (Buffer.byteLength(name) <= NAME_MAX_BYTES && Buffer.byteLength(prefix) <= PREFIX_MAX_BYTES)
      return { prefix, name };
  }
  throw new Error(`too long for a tar archive: ${path}`);
}

function padding(bytes: number): Buffer {
  return Buffer.alloc((BLOCK_BYTES - (bytes % BLOCK_BYTES)) % BLOCK_BYTES);
}
