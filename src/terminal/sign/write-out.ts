/** stdout, or what stands for it. */
export interface Output {
  readonly isTTY?: boolean | undefined;
  readonly fd?: number | undefined;
  write(bytes: Uint8Array, done: (error?: Error | null) => void): boolean;
}

const gone = new Set(['EPIPE', 'EOF', 'ERR_STREAM_DESTROYED']);

/** Waits until a chunk has been taken; false when nobody reads any more (`| head`). Other errors are thrown. */
export function writeOut(output: Output, bytes: Uint8Array): Promise<boolean> {
  if (bytes.length === 0) return Promise.resolve(true);
  return new Promise((resolve, reject) => {
    output.write(bytes, error => {
      if (error === undefined || error === null) resolve(true);
      else if (gone.has((error as NodeJS.ErrnoException).code ?? '')) resolve(false);
      else reject(error);
    });
  });
}
